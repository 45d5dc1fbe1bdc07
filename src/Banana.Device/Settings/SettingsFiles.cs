// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text.Json;
using Banana.Foundation.Errors;

namespace Banana.Device.Settings;

/// <summary>
/// Where a device's settings lie: the image's own, the administrator's, and what a credential of the service says (systemd.exec(5)), each over
/// the one before.
/// </summary>
/// <param name="root">The root of the file system, "/" on a device.</param>
/// <param name="credentials">The folder of the service's credentials; null: it has none.</param>
public sealed class SettingsFiles(string root, string? credentials)
{
    private const string File = "updates.json";
    private const string Root = "root.json";
    private const long Largest = 1 << 20;

    /// <summary>Those of this machine and this process.</summary>
    public static SettingsFiles OfSystem() => new("/", Environment.GetEnvironmentVariable("CREDENTIALS_DIRECTORY"));

    /// <summary>What is set, all places together.</summary>
    /// <exception cref="BananaException">A file is malformed.</exception>
    public UpdateSettings Read() =>
        new[] { Path.Combine(root, "usr/lib/banana", File), Path.Combine(root, "etc/banana", File), Credential("banana.updates") }
            .Aggregate(new UpdateSettings(), (settings, path) => path is not null && Bytes(path) is { } json ? settings.With(Parse(json, path)) : settings);

    /// <summary>The root of trust that the image, or a credential, brings; null: neither does.</summary>
    public byte[]? TrustedRoot() => (Credential("banana.root") is { } path ? Bytes(path) : null) ?? Bytes(Path.Combine(root, "usr/lib/banana", Root));

    /// <summary>Reads one file.</summary>
    /// <param name="json">Its bytes.</param>
    /// <param name="where">Its name, for errors.</param>
    /// <exception cref="BananaException">It is malformed; the line is named.</exception>
    public static UpdateSettings Parse(ReadOnlySpan<byte> json, string where)
    {
        const string Next = "write it as docs/device.md says";
        try
        {
            var settings = JsonSerializer.Deserialize(json, UpdateSettingsContext.Default.UpdateSettings) ?? throw new BananaException(ExitCode.BadInput, "the file holds nothing", where, Next);
            Require(settings.MinimumBattery is null or >= 0 and <= 100, "'minimumBattery' is a percentage, 0 to 100");
            Require(settings.BytesPerSecond is null or >= 0, "'bytesPerSecond' is negative");
            Require(settings.BootTimeout is null or >= 1, "'bootTimeout' is not positive");
            Require(settings.Channel is null || (settings.Channel.Length is > 0 and <= 64 && settings.Channel.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter))), "'channel' is lower-case letters and digits");
            Require(settings.Repository is not { Length: 0 }, "'repository' is empty");
            return settings;
        }
        catch (JsonException error)
        {
            var end = error.Message.IndexOf(" Path:", StringComparison.Ordinal);
            throw new BananaException(ExitCode.BadInput, (end < 0 ? error.Message : error.Message[..end]).TrimEnd('.'), error.LineNumber is { } line ? $"{where}:{line + 1}" : where, Next, error);
        }

        void Require(bool condition, string what)
        {
            if (!condition)
            {
                throw new BananaException(ExitCode.BadInput, what, where, Next);
            }
        }
    }

    private static byte[]? Bytes(string path) => new FileInfo(path) switch
    {
        { Exists: false } => null,
        { Length: > Largest } file => throw new BananaException(ExitCode.BadInput, $"the file is too large ({file.Length} bytes)", path),
        _ => System.IO.File.ReadAllBytes(path),
    };

    private string? Credential(string name) => credentials is null ? null : Path.Combine(credentials, name);
}
