// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Bases.Tree;

/// <summary>
/// A tree that something else has built (BuildStream, an OCI export, debootstrap): a directory or a tarball.
/// Locked by the digest of the tarball; a directory is packed into one first, always into the same bytes.
/// </summary>
/// <param name="context">Tools, pool, progress.</param>
public sealed class TreeBase(BaseContext context) : IBase
{
    /// <inheritdoc/>
    public string Recipe => "tree-1";

    /// <inheritdoc/>
    public async Task<Lockfile> ResolveAsync(BaseDefinition definition, SuiteDefinition suite, IReadOnlyList<string> packages, CancellationToken cancellation)
    {
        using var step = context.Progress.Begin("read the tree");
        var source = SourceOf(definition);
        var (digest, size) = await DigestAsync(source, cancellation).ConfigureAwait(false);
        var contents = await new TreeArchive(context).InspectAsync(source, cancellation).ConfigureAwait(false);
        if (packages.FirstOrDefault(name => !contents.Packages.Contains(name, StringComparer.Ordinal)) is { } missing)
        {
            throw new BananaException(ExitCode.BadInput, $"there is no package '{missing}' in the tree", where: source, next: "a prebuilt tree has what it has: take the name out of the package sets of this base");
        }

        step.Complete($"{contents.Name} {contents.Version}, {ByteSize.Format(size)}");
        return new Lockfile
        {
            Base = definition.Name,
            Plugin = definition.Plugin,
            Suite = suite.Name,
            Architecture = definition.Architecture,
            Epoch = contents.Newest,
            Requested = [.. packages.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Assumed = [.. definition.AssumeProvided.Order(StringComparer.Ordinal)],
            Packages =
            [
                new LockedPackage
                {
                    Name = contents.Name,
                    Version = contents.Version,
                    Architecture = definition.Architecture,
                    File = Path.GetFileName(source),
                    Size = size,
                    Sha256 = digest,
                    Source = $"{contents.Name} {contents.Version}",
                    Essential = true,
                },
            ],
        };
    }

    /// <inheritdoc/>
    public async Task FetchAsync(BaseDefinition definition, Lockfile lockfile, CancellationToken cancellation)
    {
        using var step = context.Progress.Begin("fetch");
        var locked = lockfile.Packages[0];
        if (context.Pool.Has(locked.Sha256, locked.Size))
        {
            step.Complete(locked.Title, cached: true);
            return;
        }

        var source = SourceOf(definition);
        if (Directory.Exists(source))
        {
            using var scratch = new ScratchFile(context.Scratch, "tree.tar");
            await new TreeArchive(context).PackAsync(source, async output => await WriteAsync(output, scratch.Path, cancellation).ConfigureAwait(false), cancellation).ConfigureAwait(false);
            await AddAsync(scratch.Path, locked, source, cancellation).ConfigureAwait(false);
        }
        else
        {
            await AddAsync(source, locked, source, cancellation).ConfigureAwait(false);
        }

        step.Complete($"{locked.Title}, {ByteSize.Format(locked.Size)}");
    }

    /// <inheritdoc/>
    public async Task InstallAsync(Lockfile lockfile, IReadOnlyList<string> languages, string tree, CancellationToken cancellation)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new BananaException(ExitCode.MissingTool, "unpacking a tree with its owners needs root", next: "run the same command with sudo");
        }

        using var step = context.Progress.Begin("unpack");
        UnixFile.UseStandardMask();
        var locked = lockfile.Packages[0];
        var file = await context.Pool.VerifyAsync(locked.Title, locked.Sha256, cancellation).ConfigureAwait(false);
        await new TreeArchive(context).UnpackAsync(file, tree, cancellation).ConfigureAwait(false);
        step.Complete(locked.Title);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<InstalledPackage>> ListAsync(Lockfile lockfile, string tree, CancellationToken cancellation) =>
        Task.Run(() => TreePackageList.Read(tree, lockfile.Packages[0]), cancellation);

    private static string SourceOf(BaseDefinition definition)
    {
        var source = definition.Source ?? throw new BananaException(ExitCode.BadInput, $"the base {definition.Name} has no source", next: "add 'source:' to it in the definition");
        return Path.Exists(source)
            ? Path.GetFullPath(source)
            : throw new BananaException(ExitCode.Unreachable, $"the tree of the base {definition.Name} is not there", where: source, next: "build it first, or correct 'source:' in the definition");
    }

    private async Task<(string Digest, long Size)> DigestAsync(string source, CancellationToken cancellation)
    {
        if (File.Exists(source))
        {
            return (await Sha256Digest.OfFileAsync(source, cancellation).ConfigureAwait(false), new FileInfo(source).Length);
        }

        var digest = string.Empty;
        var size = 0L;
        await new TreeArchive(context).PackAsync(
            source,
            async output =>
            {
                var counting = new CountingStream(output);
                await using (counting.ConfigureAwait(false))
                {
                    digest = await Sha256Digest.OfAsync(counting, cancellation).ConfigureAwait(false);
                    size = counting.Count;
                }
            },
            cancellation).ConfigureAwait(false);
        return (digest, size);
    }

    private async Task AddAsync(string file, LockedPackage locked, string source, CancellationToken cancellation)
    {
        var actual = await Sha256Digest.OfFileAsync(file, cancellation).ConfigureAwait(false);
        if (actual != locked.Sha256)
        {
            throw new BananaException(ExitCode.Untrusted, $"the tree is not the locked one: expected SHA-256 {locked.Sha256}, got {actual}", where: source, next: "restore it, or run 'banana lock --update'");
        }

        await context.Pool.AddFileAsync(file, cancellation).ConfigureAwait(false);
    }

    private static async Task WriteAsync(Stream output, string path, CancellationToken cancellation)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 17);
        await using (file.ConfigureAwait(false))
        {
            await output.CopyToAsync(file, cancellation).ConfigureAwait(false);
        }
    }
}
