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
    /// <summary>The folder inside a tree below which the host's paths appear.</summary>
    public const string ExchangeFolder = "/banana";

    /// <summary>The tree that becomes <c>/</c>.</summary>
    public string Root => root;

    /// <summary>Whether the programs share the host's network; off unless a tool fetches by itself.</summary>
    public bool Network { get; init; }

    /// <summary>Variables that every program in the sandbox gets. Nothing is inherited from the host, so that no build depends on it.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The same sandbox with one more variable for every program.</summary>
    public Sandbox WithVariable(string name, string value) => new(runner, root, writableRoot, binds)
    {
        Network = Network,
        Environment = new Dictionary<string, string>(Environment, StringComparer.Ordinal) { [name] = value },
    };

    /// <summary>The same sandbox with more of the host visible.</summary>
    public Sandbox WithBinds(params IEnumerable<Bind> more) => new(runner, root, writableRoot, [.. binds, .. more]) { Network = Network, Environment = Environment };

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

        arguments.AddRange([writableRoot ? "--bind" : "--ro-bind", root, "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--tmpfs", "/run"]);
        // A read-only tree has no place to make mount points in; it brings this empty folder for them.
        if (Directory.Exists(Path.Combine(root, ExchangeFolder.TrimStart('/'))))
        {
            arguments.AddRange(["--tmpfs", ExchangeFolder]);
        }

        foreach (var bind in binds)
        {
            arguments.AddRange([bind.Writable ? "--bind" : "--ro-bind", bind.Source, bind.Target ?? bind.Source]);
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
}
