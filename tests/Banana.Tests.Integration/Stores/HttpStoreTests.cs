// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using System.Net;
using Banana.Foundation.Errors;
using Banana.Releases.Stores;
using Banana.Releases.Stores.Folder;
using Banana.Releases.Stores.Http;
using Banana.Serving;
using Banana.Tests.Integration.Tools;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Banana.Tests.Integration.Stores;

public sealed class HttpStoreTests : ReadableStoreConformance, IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private RepositoryServer server = null!;
    private HttpStore store = null!;

    protected override IReleaseStore Store => store;

    protected override IReleaseStore Writer => new FolderStore(folder.Path);

    public async ValueTask InitializeAsync()
    {
        server = await RepositoryServer.StartAsync(folder.Path, new IPEndPoint(IPAddress.Loopback, 0), new ServerLimits(), Cancellation);
        store = new HttpStore(server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        store.Dispose();
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public void Says_that_it_cannot_be_written_or_listed()
    {
        Assert.False(store.CanWrite);
        Assert.False(store.CanList);
        Assert.Equal(ExitCode.Usage, Assert.Throws<BananaException>(() => { _ = store.WriteAsync("a", new byte[1], Precondition.None, Cancellation); }).Code);
        Assert.Equal(ExitCode.Usage, Assert.Throws<BananaException>(() => store.ListAsync(string.Empty, Cancellation)).Code);
    }
}

/// <summary>The same over TLS and HTTP/2.</summary>
public sealed class Http2StoreTests : ReadableStoreConformance, IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private TlsServer server = null!;
    private HttpStore store = null!;

    protected override IReleaseStore Store => store;

    protected override IReleaseStore Writer => new FolderStore(folder.Path);

    public async ValueTask InitializeAsync()
    {
        server = await TlsServer.StartAsync(folder.Path, HttpProtocols.Http1AndHttp2, cancellation: Cancellation);
        store = new HttpStore(server.Address, new HttpStoreOptions { Authorities = [server.Authority] });
    }

    public async ValueTask DisposeAsync()
    {
        store.Dispose();
        Assert.All(server.Connections, protocol => Assert.Equal("h2", protocol));
        await server.DisposeAsync();
        folder.Dispose();
    }
}
