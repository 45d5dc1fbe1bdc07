// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

namespace Banana.Tests.Unit;

/// <summary>A folder that is gone after the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("banana-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    /// <summary>Writes a file and the folders above it.</summary>
    public TemporaryFolder With(string name, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.WriteAllText(this[name], content);
        return this;
    }

    /// <summary>Makes a symbolic link and the folders above it.</summary>
    public TemporaryFolder WithLink(string name, string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[name])!);
        File.CreateSymbolicLink(this[name], target);
        return this;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
