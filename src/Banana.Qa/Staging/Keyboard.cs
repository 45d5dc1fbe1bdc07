// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Vm.Qmp;

namespace Banana.Qa.Staging;

/// <summary>A person's hands: keys of a US keyboard, by QEMU's names.</summary>
/// <param name="monitor">The machine's monitor.</param>
public sealed class Keyboard(QmpClient monitor)
{
    private const string Plain = "abcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly Dictionary<char, string[]> Others = new()
    {
        [' '] = ["spc"], ['\n'] = ["ret"], ['\t'] = ["tab"], ['.'] = ["dot"], [','] = ["comma"], ['-'] = ["minus"], ['/'] = ["slash"], ['='] = ["equal"],
        [';'] = ["semicolon"], ['\''] = ["apostrophe"], [':'] = ["shift", "semicolon"], ['_'] = ["shift", "minus"], ['"'] = ["shift", "apostrophe"],
        ['>'] = ["shift", "dot"], ['~'] = ["shift", "grave_accent"], ['|'] = ["shift", "backslash"], ['&'] = ["shift", "7"], ['$'] = ["shift", "4"],
    };

    /// <summary>Presses keys together.</summary>
    /// <param name="keys">QEMU's names ("meta_l", "ctrl", "ret").</param>
    /// <param name="cancellation">Stops the work.</param>
    public Task PressAsync(IReadOnlyList<string> keys, CancellationToken cancellation) => monitor.SendKeysAsync(keys, cancellation);

    /// <summary>Types a text, a key after the other.</summary>
    /// <exception cref="ArgumentException">It has a character that this keyboard has not.</exception>
    public async Task TypeAsync(string text, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var character in text)
        {
            await PressAsync(KeysOf(character), cancellation).ConfigureAwait(false);

            // A key that is pressed again while it is down is one key: send-key holds it for a tenth of a second.
            await Task.Delay(TimeSpan.FromMilliseconds(150), cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>The keys of a character.</summary>
    public static IReadOnlyList<string> KeysOf(char character) =>
        Plain.Contains(character, StringComparison.Ordinal) ? [character.ToString()]
        : char.IsAsciiLetterUpper(character) ? ["shift", char.ToLowerInvariant(character).ToString()]
        : Others.TryGetValue(character, out var keys) ? keys
        : throw new ArgumentException($"there is no key for '{character}'", nameof(character));
}
