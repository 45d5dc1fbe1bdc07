// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Foundation.Hashing;

namespace Banana.Bench.Delta.Pairs;

/// <summary>What an old and a new image are made of: real packages of two suites of Debian.</summary>
/// <param name="Name">The name of the pair ("daily").</param>
/// <param name="Requested">The packages of the old image, with all that they depend on.</param>
/// <param name="Only">Names that alone are kept of what was resolved; all when empty.</param>
/// <param name="Replaced">Names that have the newer suite's version in the new image; all of the newer suite, resolved anew, when empty.</param>
internal sealed record PairDefinition(string Name, IReadOnlyList<string> Requested, IReadOnlyList<string> Only, IReadOnlyList<string> Replaced)
{
    /// <summary>The suite of the old image.</summary>
    public const string OldSuite = "forky";

    /// <summary>The suite that newer packages come from.</summary>
    public const string NewSuite = "sid";

    private static readonly string[] Desktop =
    [
        "dolphin", "firefox-esr", "fonts-noto-cjk", "fonts-noto-core", "kde-plasma-desktop", "konsole", "kwin-wayland", "linux-image-amd64",
        "firmware-amd-graphics", "firmware-atheros", "firmware-intel-graphics", "firmware-intel-sound", "firmware-iwlwifi", "firmware-linux",
        "firmware-mediatek", "firmware-misc-nonfree", "firmware-realtek", "firmware-sof-signed",
    ];

    /// <summary>Changes whenever the pair would be another one.</summary>
    public string Recipe => Sha256Digest.Of(string.Join('\n', [OldSuite, NewSuite, .. Requested, "only", .. Only, "replaced", .. Replaced, .. ErofsLayout.All.Select(layout => layout.Recipe)]));

    /// <summary>A handful of packages, for CI: some ten MB.</summary>
    public static PairDefinition Small { get; } = new(
        "small",
        ["bash", "coreutils", "curl", "libpython3.14-stdlib", "libstdc++6", "perl-base", "python3.14-minimal", "systemd", "tzdata", "udev", "util-linux"],
        Only: ["bash", "coreutils", "curl", "libcurl4t64", "libpython3.14-stdlib", "libstdc++6", "libsystemd-shared", "perl-base", "python3.14-minimal", "systemd", "tzdata", "udev", "util-linux"],
        Replaced: ["curl", "libcurl4t64", "libpython3.14-stdlib", "libstdc++6", "libsystemd-shared", "python3.14-minimal", "systemd", "udev"]);

    /// <summary>A Plasma desktop, and the same a day later.</summary>
    public static PairDefinition Daily { get; } = new("daily", Desktop, Only: [], Replaced:
    [
        "libcups2t64", "libcurl4-gnutls", "libkirigamiaddonscomponents6", "libpython3.14", "libpython3.14-minimal", "libpython3.14-stdlib", "libqalculate23", "libqt6core6t64",
        "libqt6dbus6", "libqt6gui6", "libqt6network6", "libqt6widgets6", "libsystemd-shared", "libsystemd0", "libudev1", "python3.14-minimal",
        "qml6-module-org-kde-kirigamiaddons-formcard", "systemd", "tar", "udev", "zlib1g",
    ]);

    /// <summary>A Plasma desktop, and the same of the newer suite: as much as a week brings.</summary>
    public static PairDefinition Weekly { get; } = new("weekly", Desktop, Only: [], Replaced: []);

    /// <summary>All, in the order in which they are made.</summary>
    public static IReadOnlyList<PairDefinition> All { get; } = [Small, Daily, Weekly];
}
