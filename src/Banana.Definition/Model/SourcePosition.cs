// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

namespace Banana.Definition.Model;

/// <summary>Where something is written, for error messages.</summary>
/// <param name="File">The file, as a person would type it from the current directory.</param>
/// <param name="Line">The line, from 1; 0 when the whole file is meant.</param>
/// <param name="Column">The column, from 1.</param>
public sealed record SourcePosition(string File, int Line = 0, int Column = 0)
{
    /// <summary>"os/editions/core.yaml:12:3", which editors and terminals can jump to.</summary>
    public override string ToString() => Line == 0 ? File : $"{File}:{Line}:{Column}";

    /// <summary>The name of a path in messages: relative when it is below the current directory, absolute when not.</summary>
    public static string Display(string path)
    {
        var full = Path.GetFullPath(path);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, full);
        return relative.StartsWith("..", StringComparison.Ordinal) ? full : relative;
    }
}
