// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Bases.Debian;

/// <summary>Runs the tree's own dpkg inside the tree, without network, services or a terminal.</summary>
/// <param name="context">Where bubblewrap runs, and the pool.</param>
/// <param name="excludes">Which files of packages are left out.</param>
/// <param name="tree">The tree.</param>
/// <param name="epoch">What programs take for the time, where they ask for SOURCE_DATE_EPOCH.</param>
internal sealed class DpkgTree(BaseContext context, PathExcludes excludes, string tree, long epoch)
{
    private const string PoolInside = "/run/pool";

    private Sandbox Inside => new(context.Host, tree, writableRoot: true, [new Bind(context.Pool.Root, PoolInside, Writable: false)])
    {
        Environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["DEBIAN_FRONTEND"] = "noninteractive",
            ["DEBCONF_NONINTERACTIVE_SEEN"] = "true",
            ["SOURCE_DATE_EPOCH"] = epoch.ToString(),
            ["PERL_HASH_SEED"] = "0", // the order of debconf's and adduser's output
            ["INITRD"] = "No", // hooks of the kernel packages: the initrd is made elsewhere
            ["KERNEL_INSTALL_BYPASS"] = "1", // as above, for systemd's kernel-install
        },
    };

    /// <summary>Unpacks packages from the pool.</summary>
    public Task UnpackAsync(IEnumerable<StagedPackage> packages, CancellationToken cancellation) =>
        RunAsync(Inside, ["--unpack", "--force-depends", .. packages.Select(package => $"{PoolInside}/{PackagePool.RelativePath(package.Locked.Sha256)}")], cancellation);

    /// <summary>Configures some packages, whatever the state of those that they depend on.</summary>
    public Task ConfigureAsync(IEnumerable<string> packages, CancellationToken cancellation) =>
        RunAsync(Inside, ["--configure", "--force-depends", .. packages], cancellation);

    /// <summary>Configures all that is unpacked, and runs the triggers.</summary>
    /// <param name="step">Told how many packages are configured.</param>
    /// <param name="total">How many there are.</param>
    /// <param name="withoutDepmod">Whether depmod does nothing meanwhile, because it runs elsewhere.</param>
    /// <param name="cancellation">Stops the work.</param>
    public Task ConfigureAllAsync(IProgressStep step, int total, bool withoutDepmod, CancellationToken cancellation)
    {
        var inside = withoutDepmod ? Inside.WithBinds(new Bind(Path.Combine(tree, "usr/bin/true"), "/usr/sbin/depmod", Writable: false)) : Inside;
        var done = 0;
        return RunAsync(inside, ["--configure", "-a"], cancellation, line =>
        {
            if (line.StartsWith("Setting up ", StringComparison.Ordinal))
            {
                step.Report(++done, total, "packages");
            }
        });
    }

    /// <summary>Writes the module indexes of every kernel in the tree.</summary>
    public async Task DepmodAsync(IReadOnlyList<string> kernels, CancellationToken cancellation)
    {
        foreach (var kernel in kernels)
        {
            await Inside.RunAsync(Command.Of("depmod", kernel) with { OnLine = context.Progress.Log }, cancellation).ConfigureAwait(false);
        }
    }

    private Task<CommandResult> RunAsync(Sandbox inside, IEnumerable<string> arguments, CancellationToken cancellation, Action<string>? onLine = null) =>
        inside.RunAsync(
            new Command("dpkg", ["--force-unsafe-io", "--log=/dev/null", .. excludes.DpkgOptions, .. arguments])
            {
                OnLine = line =>
                {
                    context.Progress.Log(line);
                    onLine?.Invoke(line);
                },
            },
            cancellation);
}
