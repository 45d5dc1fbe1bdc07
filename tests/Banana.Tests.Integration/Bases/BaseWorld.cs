// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases;
using Banana.Definition.Model;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Tests.Integration.Tools;

namespace Banana.Tests.Integration.Bases;

/// <summary>A base with a small source of packages of its own, locked, fetched and installed once for all tests of the conformance suite.</summary>
public abstract class BaseWorld : IAsyncLifetime
{
    internal TemporaryFolder Folder { get; } = new();

    internal Sandbox Tools { get; private set; } = null!;

    /// <summary>The base. Its source is whole and in order.</summary>
    internal BaseDefinition Definition { get; set; } = null!;

    internal SuiteDefinition Suite { get; set; } = null!;

    internal IReadOnlyList<string> Packages { get; set; } = [];

    /// <summary>The names of the steps, in order.</summary>
    internal abstract IReadOnlyList<string> Steps { get; }

    internal Lockfile Lockfile { get; private set; } = null!;

    /// <summary>A pool with every locked package.</summary>
    internal PackagePool Pool { get; private set; } = null!;

    /// <summary>The installed tree.</summary>
    internal string Tree => Folder.Combine("first", "tree");

    /// <summary>A package of the lockfile to do harm to.</summary>
    internal virtual LockedPackage Victim => Lockfile.Packages[^1];

    /// <summary>The same base from a source that cannot be reached.</summary>
    internal abstract BaseDefinition Unreachable { get; }

    /// <summary>The same base, whose source somebody else has signed; null when the base has no signatures.</summary>
    internal abstract BaseDefinition? WronglySigned { get; }

    /// <summary>The file that the source serves for a package.</summary>
    internal abstract string FileOf(LockedPackage package);

    /// <summary>Makes the source, and sets what describes it.</summary>
    internal abstract Task MakeAsync(CancellationToken cancellation);

    internal IBase Base(PackagePool? pool = null, IProgressSink? progress = null, string scratch = "scratch") =>
        BasePlugins.Create(Definition.Plugin, TestMachine.Context(Tools, pool ?? Pool, Folder.Combine(scratch), progress));

    public async ValueTask InitializeAsync()
    {
        var cancellation = TestContext.Current.CancellationToken;
        Tools = (await WorkbenchTools.WorkbenchAsync()).Enter();
        Pool = new PackagePool(Folder.Combine("pool"));
        await MakeAsync(cancellation);
        Lockfile = await Base().ResolveAsync(Definition, Suite, Packages, cancellation);
        await Base().FetchAsync(Definition, Lockfile, cancellation);
        Directory.CreateDirectory(Tree);
        await Base().InstallAsync(Lockfile, [], Tree, cancellation);
    }

    public virtual ValueTask DisposeAsync()
    {
        Folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Another pool with the same files.</summary>
    internal PackagePool ClonePool(string name)
    {
        var clone = new PackagePool(Folder.Combine(name));
        foreach (var package in Lockfile.Packages)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(clone.PathOf(package.Sha256))!);
            UnixFile.HardLink(Pool.PathOf(package.Sha256), clone.PathOf(package.Sha256));
        }

        return clone;
    }

    /// <summary>Changes one byte of a file, as a new file: other names of the old one keep the old contents.</summary>
    internal static void FlipByte(string path)
    {
        var content = File.ReadAllBytes(path);
        content[content.Length / 2] ^= 1;
        File.Delete(path);
        File.WriteAllBytes(path, content);
    }
}
