// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Definition.Model;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Hashing;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Bases.Arch;

/// <summary>
/// Arch Linux and what has its layout: pacman repositories. Arch signs packages and not databases, so the lockfile carries
/// each package's signature, and no package is used before that is verified.
/// </summary>
/// <param name="context">Tools, downloads, pool, progress. The workbench must be there: pacman comes from it.</param>
public sealed class ArchBase(BaseContext context) : IBase
{
    /// <inheritdoc/>
    public string Recipe => "arch-2";

    private const int LargestSignature = 16 << 10;

    private Sandbox Tools => context.Tools ?? throw new BananaException(ExitCode.MissingTool, "the arch base needs pacman from the workbench", next: "run 'banana workbench' first");

    /// <inheritdoc/>
    public async Task<Lockfile> ResolveAsync(BaseDefinition definition, SuiteDefinition suite, IReadOnlyList<string> packages, CancellationToken cancellation)
    {
        if (packages.FirstOrDefault(name => name.Length == 0 || name[0] is '-' or '.' || name.Any(c => !char.IsAsciiLetterOrDigit(c) && !"@._+-".Contains(c))) is { } bad)
        {
            throw new BananaException(ExitCode.BadInput, $"'{bad}' is not an Arch package name", next: "correct it in the package sets of the definition");
        }

        var keyring = await PacmanKeyring.EnsureAsync(definition, context, Tools, cancellation).ConfigureAwait(false);
        using var identity = new InputHash();
        var key = identity.Add("mirror", definition.Mirror ?? string.Empty).Add("repositories", string.Join(' ', suite.Components)).Add("architecture", definition.Architecture).Add("keys", keyring.Identity).Digest();
        var directory = Path.Combine(context.Scratch, "pacman", $"{definition.Name}-{suite.Name}-{key[..12]}");
        using var held = await FileLock.TakeAsync(directory + ".lock", () => context.Progress.Log($"waiting for another run that reads the databases of {suite.Name}"), cancellation).ConfigureAwait(false);
        var pacman = new PacmanWorkspace(directory, context, Tools, keyring);
        await pacman.PrepareAsync(definition, suite, cancellation).ConfigureAwait(false);
        File.Delete(Path.Combine(directory, "db/db.lck")); // Left by a killed run; ours is the only one that is alive.
        using (var step = context.Progress.Begin($"databases of {suite.Name}"))
        {
            await pacman.RunAsync(["-Syy"], definition, suite, cancellation).ConfigureAwait(false);
            step.Complete($"{suite.Components.Count} repositories");
        }

        using var solving = context.Progress.Begin("resolve");
        var entries = await SolveAsync(pacman, definition, suite, packages, cancellation).ConfigureAwait(false);
        var locked = await LockAsync(definition, entries, cancellation).ConfigureAwait(false);
        solving.Complete($"{locked.Length} packages, {ByteSize.Format(locked.Sum(package => package.Size))}");
        return new Lockfile
        {
            Base = definition.Name,
            Plugin = definition.Plugin,
            Suite = suite.Name,
            Architecture = definition.Architecture,
            Epoch = entries.Max(pair => pair.Entry.Number("BUILDDATE")), // Databases carry no date.
            Requested = [.. packages.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            Assumed = [.. definition.AssumeProvided.Order(StringComparer.Ordinal)],
            Packages = [.. locked.OrderBy(package => package.Name, StringComparer.Ordinal)],
        };
    }

    /// <inheritdoc/>
    public async Task FetchAsync(BaseDefinition definition, Lockfile lockfile, CancellationToken cancellation)
    {
        using var step = context.Progress.Begin("fetch");
        var downloads = lockfile.Packages.Select(package => new Download(package.Title, Address(definition, definition.Mirror!, package), definition.Archive is { } archive ? Address(definition, archive, package) : null, package.Size, package.Sha256)).ToList();
        var missing = downloads.Where(download => !context.Pool.Has(download.Sha256, download.Size)).Sum(download => download.Size);
        await context.Downloader.FetchAsync(downloads, context.Pool, step, cancellation).ConfigureAwait(false);
        await VerifySignaturesAsync(definition, lockfile, cancellation).ConfigureAwait(false);
        step.Complete(missing == 0 ? $"{downloads.Count} packages" : $"{downloads.Count} packages, {ByteSize.Format(missing)} downloaded", cached: missing == 0);
    }

    /// <inheritdoc/>
    public async Task InstallAsync(Lockfile lockfile, IReadOnlyList<string> languages, string tree, CancellationToken cancellation)
    {
        using var step = context.Progress.Begin("install");
        await new ArchInstaller(context, Tools, lockfile, languages, tree).InstallAsync(step, cancellation).ConfigureAwait(false);
        step.Complete($"{lockfile.Packages.Count} packages");
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<InstalledPackage>> ListAsync(Lockfile lockfile, string tree, CancellationToken cancellation) =>
        Task.Run(() => PacmanPackageList.Read(tree), cancellation);

    private async Task<List<(string Repository, PacmanEntry Entry)>> SolveAsync(PacmanWorkspace pacman, BaseDefinition definition, SuiteDefinition suite, IReadOnlyList<string> packages, CancellationToken cancellation)
    {
        var assumed = definition.AssumeProvided.SelectMany(name => new[] { "--assume-installed", name });
        var plan = await pacman.RunAsync(["-Sp", "--print-format", "%r %n", .. assumed, "--", .. packages], definition, suite, cancellation).ConfigureAwait(false);
        var chosen = plan.Lines.Select(line => line.Split(' ')).Where(words => words.Length == 2 && suite.Components.Contains(words[0], StringComparer.Ordinal)).ToList();
        var databases = new Dictionary<string, Dictionary<string, PacmanEntry>>(StringComparer.Ordinal);
        foreach (var repository in chosen.Select(words => words[0]).Distinct(StringComparer.Ordinal))
        {
            databases[repository] = await pacman.ReadDatabaseAsync(repository, cancellation).ConfigureAwait(false);
        }

        return [.. chosen.Select(words => (words[0], databases[words[0]][words[1]]))];
    }

    private async Task<LockedPackage[]> LockAsync(BaseDefinition definition, List<(string Repository, PacmanEntry Entry)> entries, CancellationToken cancellation)
    {
        var locked = new LockedPackage[entries.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = context.Downloader.Options.Parallel, CancellationToken = cancellation };
        await Parallel.ForAsync(0, entries.Count, options, async (i, token) =>
        {
            var (repository, entry) = entries[i];
            var file = $"{repository}/{entry.Get("FILENAME")}";
            locked[i] = new LockedPackage
            {
                Name = entry.Get("NAME"),
                Version = entry.Get("VERSION"),
                Architecture = entry.Get("ARCH"),
                File = file,
                Size = entry.Number("CSIZE"),
                Sha256 = entry.Get("SHA256SUM"),
                Source = PacmanPackageList.SourceOf(entry),
                Signature = entry.Find("PGPSIG") ?? Convert.ToBase64String(await context.Downloader.GetBytesAsync($"the signature of {entry.Get("NAME")}", $"{PacmanWorkspace.Server(definition, repository)}/{entry.Get("FILENAME")}.sig", LargestSignature, token).ConfigureAwait(false)),
            };
        }).ConfigureAwait(false);
        return locked;
    }

    /// <summary>Verifies every package against its signature. What was verified once with the same keys is not verified again.</summary>
    private async Task VerifySignaturesAsync(BaseDefinition definition, Lockfile lockfile, CancellationToken cancellation)
    {
        var keyring = await PacmanKeyring.EnsureAsync(definition, context, Tools, cancellation).ConfigureAwait(false);
        var marks = Path.Combine(context.Pool.Root, "verified");
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellation };
        await Parallel.ForEachAsync(lockfile.Packages, options, async (package, token) =>
        {
            using var hash = new InputHash();
            var mark = Path.Combine(marks, hash.Add("keys", keyring.Identity).Add("file", package.Sha256).Add("signature", package.Signature ?? string.Empty).Digest());
            if (!File.Exists(mark))
            {
                await VerifyAsync(package, keyring, definition, token).ConfigureAwait(false);
                await AtomicFile.WriteAsync(mark, package.Title + "\n", token).ConfigureAwait(false);
            }
        }).ConfigureAwait(false);
    }

    private async Task VerifyAsync(LockedPackage package, PacmanKeyring keyring, BaseDefinition definition, CancellationToken cancellation)
    {
        var bytes = new byte[LargestSignature];
        if (package.Signature is null || !Convert.TryFromBase64String(package.Signature, bytes, out var length))
        {
            throw new BananaException(ExitCode.Untrusted, $"{package.Title} is not signed", where: Address(definition, definition.Mirror!, package), next: "do not use this mirror, or run 'banana lock --update'");
        }

        using var signature = new ScratchFile(context.Scratch, "package.sig");
        await File.WriteAllBytesAsync(signature.Path, bytes.AsMemory(0, length), cancellation).ConfigureAwait(false);
        var file = await context.Pool.VerifyAsync(package.Title, package.Sha256, cancellation).ConfigureAwait(false);
        var inside = Tools.WithBinds(new Bind(signature.Path, Writable: false), new Bind(file, Writable: false));
        if (await keyring.ProblemAsync(inside, file, signature.Path, cancellation).ConfigureAwait(false) is { } problem)
        {
            throw new BananaException(ExitCode.Untrusted, $"{package.Title}: {problem}", where: Address(definition, definition.Mirror!, package), next: "do not use this mirror, or correct the keyring of the base");
        }
    }

    /// <summary>"core/bash-5.3-1-x86_64.pkg.tar.zst" below a mirror.</summary>
    private static string Address(BaseDefinition definition, string mirror, LockedPackage package)
    {
        var slash = package.File.IndexOf('/');
        return $"{PacmanWorkspace.Expand(mirror, definition, package.File[..slash])}/{package.File[(slash + 1)..]}";
    }
}
