// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;

namespace Banana.Vm.Serial;

/// <summary>
/// Turns the bytes that a machine sends to a terminal into lines of text: control sequences (ECMA-48) are taken out.
/// Firmware and boot loaders place text by cursor movements instead of line ends, so a movement to another place ends a line too.
/// Sequences and UTF-8 characters may be split over any number of calls.
/// </summary>
/// <param name="onLine">Called with each finished line that is not empty.</param>
/// <param name="onErase">Called when the guest goes back to the last line to write it anew: systemd's live list of waiting jobs does so many times a second.</param>
internal sealed class TerminalText(Action<string> onLine, Action onErase)
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    private readonly StringBuilder line = new();
    private State state;
    private bool returned;
    private bool wentUp;

    private enum State
    {
        Text,

        /// <summary>After ESC.</summary>
        Escape,

        /// <summary>After ESC and one of <c>( ) * + # % space</c>: one more character belongs to it.</summary>
        Intermediate,

        /// <summary>After <c>ESC [</c>: up to a final character.</summary>
        Control,

        /// <summary>After <c>ESC ]</c>, <c>ESC P</c>, <c>ESC X</c>, <c>ESC ^</c> or <c>ESC _</c>: up to BEL or <c>ESC \</c>.</summary>
        String,

        /// <summary>After an ESC inside of a string.</summary>
        StringEscape,
    }

    /// <summary>What came since the last line end: a prompt has none.</summary>
    public string Partial => line.ToString();

    /// <summary>Whether the next character begins a line.</summary>
    public bool IsAtStart => line.Length == 0;

    /// <summary>Takes bytes as they come.</summary>
    public void Feed(ReadOnlySpan<byte> bytes)
    {
        Span<char> characters = stackalloc char[512];
        while (!bytes.IsEmpty)
        {
            decoder.Convert(bytes, characters, flush: false, out var used, out var made, out _);
            foreach (var character in characters[..made])
            {
                Take(character);
            }

            bytes = bytes[used..];
        }
    }

    /// <summary>Ends the line that has no end yet.</summary>
    public void EndLine()
    {
        returned = false;
        var text = line.ToString().TrimEnd();
        line.Clear();
        if (text.Length > 0)
        {
            onLine(text);
        }
    }

    private void Take(char character)
    {
        switch (state)
        {
            case State.Text:
                TakeText(character);
                break;
            case State.Escape:
                wentUp |= character == 'M'; // reverse index
                state = character switch
                {
                    '[' => State.Control,
                    ']' or 'P' or 'X' or '^' or '_' => State.String,
                    >= ' ' and <= '/' => State.Intermediate,
                    _ => State.Text,
                };
                break;
            case State.Intermediate:
                state = State.Text;
                break;
            case State.Control:
                TakeControl(character);
                break;
            case State.String:
                state = character switch { '\a' or '\u009c' => State.Text, '\e' => State.StringEscape, _ => State.String };
                break;
            case State.StringEscape:
                state = character == '\\' ? State.Text : State.String;
                break;
        }
    }

    private void TakeText(char character)
    {
        switch (character)
        {
            case '\e':
                state = State.Escape;
                return;
            case '\n':
                EndLine();
                return;
            case '\r':
                returned = true;
                return;
            case '\b':
                line.Length = Math.Max(0, line.Length - 1);
                return;
            case '\t':
                character = ' ';
                break;
            case < ' ' or '\u007f':
                return;
        }

        if (returned)
        {
            // Text over a line that was already there: keep what it said.
            EndLine();
        }

        wentUp = false;
        line.Append(character);
    }

    private void TakeControl(char character)
    {
        if (character is >= '@' and <= '~')
        {
            state = State.Text;
            if (character == 'K' && wentUp && IsAtStart)
            {
                wentUp = false;
                onErase();
            }
            else if (character is 'H' or 'f' or 'J' or 'A' or 'B' or 'd' or 'E' or 'F')
            {
                EndLine();
            }
        }
        else if (character < ' ')
        {
            // A line end inside of a broken sequence: the sequence is given up, the line end counts.
            state = State.Text;
            TakeText(character);
        }
    }
}
