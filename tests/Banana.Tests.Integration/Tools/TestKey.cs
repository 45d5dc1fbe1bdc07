// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Processes;

namespace Banana.Tests.Integration.Tools;

/// <summary>A signing key made for one test, by the workbench's gpg.</summary>
/// <param name="tools">The workbench.</param>
/// <param name="folder">A folder directly below /tmp.</param>
/// <param name="name">The name of the key.</param>
internal sealed class TestKey(Sandbox tools, string folder, string name)
{
    private string Home => Path.Combine(folder, "gnupg-" + name);

    /// <summary>The file with the public key, binary.</summary>
    public string Keyring => Path.Combine(folder, name + ".gpg");

    /// <summary>Makes the key.</summary>
    public async Task<TestKey> MakeAsync(CancellationToken cancellation)
    {
        File.SetUnixFileMode(Directory.CreateDirectory(Home).FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await GpgAsync(["--passphrase", "", "--quick-generate-key", $"{name} <{name}@example.org>", "ed25519", "sign", "never"], cancellation);
        await GpgAsync(["--output", Keyring, "--export"], cancellation);
        return this;
    }

    /// <summary>The fingerprint.</summary>
    public async Task<string> FingerprintAsync(CancellationToken cancellation) =>
        (await GpgAsync(["--with-colons", "--list-keys"], cancellation)).Lines.First(line => line.StartsWith("fpr:", StringComparison.Ordinal)).Split(':')[9];

    /// <summary>Signs a text file within itself.</summary>
    public Task ClearSignAsync(string file, string signed, CancellationToken cancellation) => GpgAsync(["--yes", "--digest-algo", "SHA256", "--output", signed, "--clear-sign", file], cancellation);

    /// <summary>Writes a signature beside a file: NAME.sig.</summary>
    public Task SignAsync(string file, CancellationToken cancellation) => GpgAsync(["--yes", "--output", file + ".sig", "--detach-sign", file], cancellation);

    private Task<CommandResult> GpgAsync(IEnumerable<string> arguments, CancellationToken cancellation) =>
        tools.WithBinds(new Bind(folder)).RunAsync(Command.Of("gpg", ["--homedir", Home, "--batch", "--no-tty", .. arguments]), cancellation);
}
