// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Forge.Build;
using Banana.Foundation.Errors;
using Banana.Foundation.Files;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;

namespace Banana.Forge.Programs;

/// <summary>
/// Publishes Banana's own programs for devices (eng/Device.targets says how). The host's tree is the root of the sandbox, because an SDK
/// of a distribution runs with the libraries of that distribution; sources, SDK and packages have the same places on every machine, and
/// only the sources that the step's hash counts are there, so that the bytes depend on nothing else.
/// </summary>
/// <param name="host">Runs programs on the host.</param>
/// <param name="sdk">The SDK.</param>
/// <param name="checkout">The top folder of the checkout with the sources.</param>
public sealed class ProgramPublisher(IProcessRunner host, DotnetSdk sdk, string checkout)
{
    /// <summary>The part of the hash of a step that says how this code works; changed whenever its output would.</summary>
    public const string Recipe = "programs 1";

    private const string Work = "/banana/work";
    private const string Sdk = "/banana/dotnet";
    private const string Packages = "/banana/packages";

    private readonly ProgramSources sources = new(checkout);

    /// <summary>The programs and their projects. An edition can name the first, which is laid to <c>/usr/lib/banana/NAME</c>; the other is for machines under test.</summary>
    public static IReadOnlyDictionary<string, string> Projects { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["bananad"] = "src/Banana.Daemon/Banana.Daemon.csproj",
        ["banana-qa-agent"] = "src/Banana.Qa.Agent/Banana.Qa.Agent.csproj",
    };

    /// <summary>The step that publishes programs, each as one file. Nothing of an edition's packages goes into them, so that it serves all editions of a checkout.</summary>
    /// <param name="steps">Runs it, or finds what it made before.</param>
    /// <param name="programs">Their names.</param>
    /// <param name="architecture">What they run on, by systemd's name.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<Step> RunAsync(StepCache steps, IReadOnlyList<string> programs, string architecture, CancellationToken cancellation)
    {
        Dictionary<string, string> inputs = new(StringComparer.Ordinal) { ["recipe"] = Recipe, ["architecture"] = architecture, ["sdk"] = await sdk.VersionAsync(host, checkout, cancellation) };
        foreach (var program in programs)
        {
            inputs["sources of " + program] = await sources.DigestAsync(sources.FilesOf(Projects[program]), cancellation);
        }

        return await steps.RunAsync("programs", inputs, folder => PublishAsync(programs, architecture, folder, cancellation), cancellation);
    }

    private async Task<string> PublishAsync(IReadOnlyList<string> programs, string architecture, string folder, CancellationToken cancellation)
    {
        long size = 0;
        var work = Path.Combine(folder, "work");
        foreach (var program in programs)
        {
            var project = Projects[program];
            sources.CopyTo(Path.Combine(work, "source"), sources.FilesOf(project));
            Directory.CreateDirectory(sdk.Packages);
            string[] common =
            [
                $"{Work}/source/{project}", "--runtime", RuntimeOf(architecture), "-p:Configuration=Release", "-p:SelfContained=true", $"-p:ArtifactsPath={Work}/artifacts", "-p:DebugType=none",
                "-p:RunAnalyzers=false", "-p:UseSharedCompilation=false", "-nodeReuse:false", "-nologo", "-verbosity:quiet", "--tl:off",
            ];

            // Packages come from the network or from the user's folder; nothing else of the network is seen by what makes the bytes.
            await RestoreAsync(work, common, cancellation);
            await Enter(work).RunAsync(Command.Of($"{Sdk}/dotnet", ["publish", .. common, "--no-restore", "--output", $"{Work}/out"]), cancellation);
            var target = Path.Combine(folder, program);
            File.Move(Path.Combine(work, "out", program), target);
            size += new FileInfo(target).Length;
            ArtifactCache.DeleteTree(work);
        }

        return $"{string.Join(", ", programs)}: {ByteSize.Format(size)}";
    }

    private async Task RestoreAsync(string work, string[] common, CancellationToken cancellation)
    {
        // The host's resolv.conf is often a link into /run.
        List<Bind> network = [new("/run", Writable: false)];
        if (sdk.Settings is { } settings)
        {
            network.Add(new Bind(settings, "/root/.nuget/NuGet", Writable: false));
        }

        var command = Command.Of($"{Sdk}/dotnet", ["restore", .. common, "-p:_IsPublishing=true"]) with { Environment = sdk.NetworkVariables };
        try
        {
            await Enter(work, network).RunAsync(command, cancellation);
        }
        catch (CommandFailedException error) when (error.Result.Output.Contains("NU1", StringComparison.Ordinal))
        {
            throw new BananaException(ExitCode.Unreachable, "the packages that the programs of a device are built with could not be had", inner: error, next: "check the network and the package sources, and run the same command again");
        }
    }

    private Sandbox Enter(string work, IReadOnlyList<Bind>? network = null) =>
        new(host, "/", writableRoot: false, [new Bind(work, Work), new Bind(sdk.Folder, Sdk, Writable: false), new Bind(sdk.Packages, Packages), .. network ?? []])
        {
            Network = network is not null,
            Environment = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["DOTNET_ROOT"] = Sdk, ["NUGET_PACKAGES"] = Packages, ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1", ["DOTNET_NOLOGO"] = "1",
                ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1", ["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "false",
            },
        };

    private static string RuntimeOf(string architecture) => architecture switch
    {
        "x86-64" => "linux-x64",
        "arm64" => "linux-arm64",
        _ => throw new BananaException(ExitCode.BadInput, $"there are no programs for the architecture '{architecture}'"),
    };
}
