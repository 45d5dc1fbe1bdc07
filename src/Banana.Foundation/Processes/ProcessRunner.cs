// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Banana.Foundation.Errors;

namespace Banana.Foundation.Processes;

/// <summary>Runs programs on the host. The only place that starts a process.</summary>
public sealed class ProcessRunner : IProcessRunner
{
    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var process = await StartAsync(command).ConfigureAwait(false);
        await using var kill = cancellation.Register(() => Kill(process)).ConfigureAwait(false);

        var input = WriteInputAsync(process, command);
        var error = new StringBuilder();
        var output = new StringBuilder();
        var gate = new Lock();
        var readError = ReadLinesAsync(process.StandardError, error, command.OnLine, gate);
        var readOutput = command switch
        {
            { OutputReader: { } reader } => ReadBytesAsync(process, reader),
            { StandardOutputFile: { } file } => CopyToFileAsync(process.StandardOutput.BaseStream, file),
            _ => ReadLinesAsync(process.StandardOutput, output, command.OnLine, gate),
        };
        await Task.WhenAll(input, readError, readOutput).ConfigureAwait(false);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        cancellation.ThrowIfCancellationRequested();

        var result = new CommandResult(process.ExitCode, output.ToString(), error.ToString());
        return result.ExitCode != 0 && !command.AllowFailure ? throw new CommandFailedException(command, result) : result;
    }

    /// <summary>Runs a program on our own terminal until it ends: a shell for a person. Ctrl-C is for the program, not for us.</summary>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAttachedAsync(Command command)
    {
        using var process = await SpawnAsync(command, redirect: false).ConfigureAwait(false);
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return process.ExitCode;
    }

    /// <summary>Starts a program that the caller talks to and ends: its three streams are pipes.</summary>
    public static Task<Process> StartAsync(Command command) => SpawnAsync(command, redirect: true);

    private static Task<Process> SpawnAsync(Command command, bool redirect) => SpawnThread.RunAsync(() =>
    {
        var info = new ProcessStartInfo(command.FileName, command.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = redirect,
            RedirectStandardOutput = redirect,
            RedirectStandardError = redirect,
            StandardOutputEncoding = redirect ? Encoding.UTF8 : null,
            StandardErrorEncoding = redirect ? Encoding.UTF8 : null,
            WorkingDirectory = command.WorkingDirectory ?? string.Empty,
        };
        foreach (var (name, value) in command.Environment)
        {
            info.Environment[name] = value;
        }

        try
        {
#pragma warning disable RS0030 // This is the one owner of Process.Start.
            return Process.Start(info) ?? throw new InvalidOperationException($"{command.FileName} did not start");
#pragma warning restore RS0030
        }
        catch (Win32Exception error)
        {
            throw new BananaException(ExitCode.MissingTool, $"cannot start '{command.FileName}': {error.Message}", next: "run './banana setup' to install what the machine needs", inner: error);
        }
    });

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself in the meantime.
        }
    }

    private static async Task WriteInputAsync(Process process, Command command)
    {
        try
        {
            if (command.StandardInput is { } bytes)
            {
                await process.StandardInput.BaseStream.WriteAsync(bytes).ConfigureAwait(false);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program did not want to read its input; its exit code tells whether that matters.
        }
    }

    private static async Task ReadLinesAsync(StreamReader reader, StringBuilder text, Action<string>? onLine, Lock gate)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            text.Append(line).Append('\n');
            if (onLine is not null)
            {
                lock (gate)
                {
                    onLine(line);
                }
            }
        }
    }

    private static async Task ReadBytesAsync(Process process, Func<Stream, Task> reader)
    {
        try
        {
            await reader(process.StandardOutput.BaseStream).ConfigureAwait(false);
            // A program that writes more than the reader wants to know must not wait for us for ever.
            await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null).ConfigureAwait(false);
        }
        catch
        {
            Kill(process);
            throw;
        }
    }

    private static async Task CopyToFileAsync(Stream output, string path)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16);
        await using (file.ConfigureAwait(false))
        {
            await output.CopyToAsync(file).ConfigureAwait(false);
        }
    }
}
