// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Bases.Debian;

/// <summary>Debian's names of architectures.</summary>
internal static class DebianArchitecture
{
    /// <summary>Debian's name for systemd's name.</summary>
    public static string FromSystemd(string architecture) => architecture switch
    {
        "x86-64" => "amd64",
        "arm64" => "arm64",
        "riscv64" => "riscv64",
        "loongarch64" => "loong64",
        _ => throw new BananaException(ExitCode.BadInput, $"Debian has no architecture for '{architecture}'", next: "use x86-64, arm64, riscv64 or loongarch64"),
    };
}
