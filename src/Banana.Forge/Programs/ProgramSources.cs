// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Xml.Linq;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;

namespace Banana.Forge.Programs;

/// <summary>The files of a checkout that a program is made of: its project, the projects that it refers to, and the rules of the build.</summary>
/// <param name="checkout">The top folder of the checkout, absolute.</param>
public sealed class ProgramSources(string checkout)
{
    private static readonly string[] Rules = ["global.json", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "eng/Device.targets", "eng/Library.targets", "eng/BannedSymbols.txt"];

    /// <summary>The files, as sorted paths from the top folder.</summary>
    /// <param name="project">The project file of the program, from the top folder.</param>
    /// <exception cref="BananaException">A file is not there: this is not a checkout with sources.</exception>
    public IReadOnlyList<string> FilesOf(string project)
    {
        var files = new SortedSet<string>(Rules, StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        AddProject(project);
        if (files.FirstOrDefault(file => !File.Exists(Path.Combine(checkout, file))) is { } missing)
        {
            throw new BananaException(ExitCode.BadInput, $"has no file '{missing}', which the programs of a device are built from", checkout, "build from a whole checkout");
        }

        return [.. files];

        void AddProject(string path)
        {
            if (!seen.Add(path))
            {
                return;
            }

            files.Add(path);
            var folder = Path.GetDirectoryName(path)!;
            if (!File.Exists(Path.Combine(checkout, path)))
            {
                return;
            }

            // What editors and builds leave is not a source: hidden files, and what a build inside the folder would have made.
            files.UnionWith(Directory.EnumerateFiles(Path.Combine(checkout, folder), "*", SearchOption.AllDirectories)
                .Select(file => Path.GetRelativePath(checkout, file))
                .Where(file => !file.Split('/').Any(name => name is "bin" or "obj" || name.StartsWith('.') || name.EndsWith('~'))));
            foreach (var reference in XDocument.Load(Path.Combine(checkout, path)).Descendants("ProjectReference").Select(element => element.Attribute("Include")!.Value))
            {
                AddProject(Path.GetRelativePath(checkout, Path.GetFullPath(reference, Path.Combine(checkout, folder))));
            }
        }
    }

    /// <summary>A digest of the names and contents of files.</summary>
    public async Task<string> DigestAsync(IReadOnlyList<string> files, CancellationToken cancellation)
    {
        using var hash = new InputHash();
        foreach (var file in files)
        {
            hash.Add(file, await Sha256Digest.OfFileAsync(Path.Combine(checkout, file), cancellation));
        }

        return hash.Digest();
    }

    /// <summary>Copies files to another folder.</summary>
    public void CopyTo(string folder, IReadOnlyList<string> files)
    {
        foreach (var file in files)
        {
            var target = Path.Combine(folder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(checkout, file), target);
        }
    }
}
