// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net;
using System.Net.Sockets;
using Banana.Cli.Setup;
using Banana.Cli.Workbenches;
using Banana.Foundation.Processes;
using Banana.Foundation.Progress;
using Banana.Releases.Stores.Http;
using Banana.Releases.Stores.S3;
using Banana.Tests.Integration.Tools;
using Banana.Workbenches;

namespace Banana.Tests.Integration.Stores;

/// <summary>Ceph's object gateway on a loopback port, with its own local store in a temporary folder (docs/repository.md says why this one).</summary>
public class S3Server : IAsyncLifetime
{
    private static readonly Lazy<Task<Workbench>> Made = new(MakeAsync);

    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource stop = new();
    private Task<CommandResult>? running;

    /// <summary>The bucket that is there.</summary>
    internal S3Settings Settings { get; private set; } = null!;

    /// <summary>Whether the gateway's POSIX layer is used; without it the gateway ignores preconditions.</summary>
    protected virtual bool Conditional => true;

    public async ValueTask InitializeAsync()
    {
        Settings = new S3Settings { Endpoint = new Uri($"http://127.0.0.1:{FreePort()}"), Bucket = "releases", Prefix = "os/", AccessKey = "BANANATEST", SecretKey = "only/for+this=test" };
        await File.WriteAllTextAsync(folder.Combine("ceph.conf"), Configuration());
        foreach (var name in new[] { "data", "posix", "userdb", "posixdb/rgw_posix_lmdbs" })
        {
            Directory.CreateDirectory(folder.Combine(name));
        }

        var inside = (await Made.Value).Enter(new Bind(folder.Path)).WithNetwork();
        string[] common = ["-c", folder.Combine("ceph.conf"), "-n", "client.rgw", "--no-mon-config"];
        await inside.RunAsync(Command.Of("radosgw-admin", [.. common, "user", "create", "--uid=banana", "--display-name=banana", $"--access-key={Settings.AccessKey}", $"--secret-key={Settings.SecretKey}"]), stop.Token);
        running = inside.RunAsync(Command.Of("radosgw", [.. common, "-f", "-d"]) with { AllowFailure = true }, stop.Token);
        await UntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (running is not null)
        {
            await running.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        stop.Dispose();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes a bucket.</summary>
    internal static async Task MakeBucketAsync(S3Settings settings, CancellationToken cancellation)
    {
        using var client = new S3Client(settings, new HttpStoreOptions { Attempts = 1 });
        using var made = await client.SendAsync(() => client.Make(HttpMethod.Put, key: null), "make the bucket", uploaded: 0, cancellation);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<Workbench> MakeAsync()
    {
        using var environment = new MakerEnvironment(Checkout.Find(), SilentProgress.Instance);
        return await environment.WorkbenchAsync("s3", environment.HostContext, CancellationToken.None);
    }

    private async Task UntilReadyAsync()
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                await MakeBucketAsync(Settings, stop.Token);
                return;
            }
            catch (Exception error) when (tries < 300 && !running!.IsCompleted && error is Banana.Foundation.Errors.BananaException or TransientException)
            {
                await Task.Delay(100);
            }
            catch (Exception error) when (running!.IsCompleted)
            {
                var said = (await running).Error;
                throw new InvalidOperationException($"the gateway ended:\n{said[^Math.Min(4000, said.Length)..]}", error);
            }
        }
    }

    private string Configuration() => $"""
        [global]
        fsid = 95c4545c-f14f-4245-8d70-5dd1ec20b169
        auth_cluster_required = none
        auth_service_required = none
        auth_client_required = none
        log_to_stderr = true
        log_file =
        admin_socket =
        run_dir = /tmp
        [client]
        rgw_backend_store = dbstore
        rgw_config_store = dbstore
        {(Conditional ? "rgw_filter = posix" : string.Empty)}
        dbstore_db_dir = {folder.Combine("data")}
        dbstore_db_name_prefix = db
        dbstore_config_uri = file:{folder.Combine("data", "config.db")}
        rgw_posix_base_path = {folder.Combine("posix")}
        rgw_posix_userdb_dir = {folder.Combine("userdb")}
        rgw_posix_database_root = {folder.Combine("posixdb")}
        rgw_data = {folder.Combine("data")}
        rgw_frontends = beast endpoint={Settings.Endpoint.Authority}
        rgw_enable_apis = s3
        rgw_run_sync_thread = false
        rgw_thread_pool_size = 16

        """;
}

/// <summary>The same gateway without its POSIX layer: a real server that takes <c>If-None-Match</c> and does not heed it.</summary>
public sealed class CarelessS3Server : S3Server
{
    protected override bool Conditional => false;
}
