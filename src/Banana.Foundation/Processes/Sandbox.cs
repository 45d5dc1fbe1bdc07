// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Foundation.Processes;

/// <summary>A path of the host that is visible in a sandbox.</summary>
/// <param name="Source">The path on the host.</param>
/// <param name="Target">The path inside; the same as on the host when null.</param>
/// <param name="Writable">Whether the sandbox may write there.</param>
public sealed record Bind(string Source, string? Target = null, bool Writable = true);

/// <summary>
/// Runs programs with another tree as their root, in a mount and process namespace of their own (bubblewrap).
/// When the program or Banana itself is killed, the kernel takes every mount and every child with it: nothing is left to clean up.
/// </summary>
/// <param name="runner">Starts bubblewrap on the host.</param>
/// <param name="root">The tree that becomes <c>/</c>.</param>
/// <param name="writableRoot">Whether programs may change the tree.</param>
/// <param name="binds">What is visible of the host.</param>
public sealed class Sandbox(IProcessRunner runner, string root, bool writableRoot, IReadOnlyList<Bind> binds) : IProcessRunner
{
    private static readonly HashSet<string> Scratch = new(["dev", "home", "media", "mnt", "opt", "proc", "root", "run", "srv", "sys", "tmp"], StringComparer.Ordinal);

    /// <summary>The tree that becomes <c>/</c>.</summary>
    public string Root => root;

    /// <summary>Whether the programs share the host's network; off unless a tool fetches by itself.</summary>
    public bool Network { get; init; }

    /// <summary>Variables that every program in the sandbox gets. Nothing is inherited from the host, so that no build depends on it.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Trees inside that programs change their root to: each gets its own <c>/proc</c>, <c>/dev</c>, <c>/run</c> and <c>/tmp</c>.</summary>
    public IReadOnlyList<string> InnerRoots { get; init; } = [];

    /// <summary>The same sandbox with one more variable for every program.</summary>
    public Sandbox WithVariable(string name, string value) => Copy([], Network, new Dictionary<string, string>(Environment, StringComparer.Ordinal) { [name] = value });

    /// <summary>The same sandbox with more of the host visible.</summary>
    public Sandbox WithBinds(params IEnumerable<Bind> more) => Copy(more, Network, Environment);

    /// <summary>The same sandbox with a tree of the host that programs may change, and change their root to.</summary>
    public Sandbox WithInnerRoot(string tree) => Copy([new Bind(tree)], Network, Environment, tree);

    /// <summary>The same sandbox with the host's network and its name resolution.</summary>
    public Sandbox WithNetwork() => Copy([new Bind("/etc/resolv.conf", Writable: false)], network: true, Environment);

    /// <inheritdoc/>
    public Task<CommandResult> RunAsync(Command command, CancellationToken cancellation) => runner.RunAsync(Wrap(command), cancellation);

    /// <summary>The bubblewrap command line that runs a command inside.</summary>
    public Command Wrap(Command command)
    {
        List<string> arguments = ["--die-with-parent", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--hostname", "banana"];
        if (!Network)
        {
            arguments.Add("--unshare-net");
        }

        arguments.AddRange(writableRoot ? ["--bind", root, "/"] : ReadOnlyRoot());
        arguments.AddRange(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run"]);
        foreach (var bind in binds)
        {
            arguments.AddRange([bind.Writable ? "--bind" : "--ro-bind", bind.Source, bind.Target ?? bind.Source]);
        }

        foreach (var inner in InnerRoots)
        {
            arguments.AddRange(["--proc", inner + "/proc", "--dev", inner + "/dev", "--tmpfs", inner + "/tmp", "--tmpfs", inner + "/run"]);
        }

        arguments.AddRange(["--clearenv", "--setenv", "PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "--setenv", "LC_ALL", "C.UTF-8", "--setenv", "TZ", "UTC", "--setenv", "HOME", "/root"]);
        foreach (var (name, value) in Environment.Concat(command.Environment))
        {
            arguments.AddRange(["--setenv", name, value]);
        }

        arguments.AddRange(["--chdir", command.WorkingDirectory ?? "/", "--", command.FileName]);
        arguments.AddRange(command.Arguments);
        return command with { FileName = "bwrap", Arguments = arguments, Environment = new Dictionary<string, string>(StringComparer.Ordinal), WorkingDirectory = null };
    }

    /// <summary>
    /// A read-only tree as the root. The root itself and the places where people keep files are a small tmpfs,
    /// because bubblewrap cannot make the mount point of a bind on a read-only one.
    /// </summary>
    private List<string> ReadOnlyRoot()
    {
        List<string> arguments = ["--tmpfs", "/"];
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var target = "/" + entry.Name;
            if (entry.LinkTarget is { } link)
            {
                arguments.AddRange(["--symlink", link, target]);
            }
            else if (entry is DirectoryInfo && !Scratch.Contains(entry.Name))
            {
                arguments.AddRange(["--ro-bind", entry.FullName, target]);
            }
        }

        arguments.AddRange(["--dir", "/root", "--dir", "/home"]);
        return arguments;
    }

    private Sandbox Copy(IEnumerable<Bind> more, bool network, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> innerRoots) =>
        new(runner, root, writableRoot, [.. binds, .. more]) { Network = network, Environment = environment, InnerRoots = [.. InnerRoots, .. innerRoots] };
}
