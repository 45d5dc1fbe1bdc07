// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;

namespace Banana.Bases.Debian;

/// <summary>
/// dpkg's database in a tree, as far as dpkg would have written it itself had it unpacked the packages
/// (dpkg's <c>doc/triggers.txt</c> and <c>doc/frontend.txt</c>; checked against what dpkg writes by the integration tests).
/// </summary>
/// <param name="tree">The tree.</param>
internal sealed class DpkgDatabase(string tree)
{
    private readonly string directory = Path.Combine(tree, "var/lib/dpkg");

    private string Status => Path.Combine(directory, "status");

    private string Triggers => Path.Combine(directory, "triggers");

    /// <summary>The installed packages.</summary>
    public IReadOnlyList<ControlStanza> Installed => ControlStanza.ParseAll(File.ReadAllText(Status)).Where(stanza => stanza["Status"]?.EndsWith(" installed", StringComparison.Ordinal) == true).ToList();

    /// <summary>Makes an empty database.</summary>
    /// <param name="assumed">The names that are taken as given.</param>
    public void Create(IReadOnlyList<string> assumed)
    {
        foreach (var name in new[] { "alternatives", "info", "parts", "triggers", "updates" })
        {
            Directory.CreateDirectory(Path.Combine(directory, name));
        }

        File.WriteAllText(Path.Combine(directory, "info/format"), "1\n");
        File.WriteAllText(Path.Combine(directory, "info", AssumedPackage.Name + ".list"), "/.\n");
        File.WriteAllText(Status, AssumedPackage.Paragraph(assumed));
    }

    /// <summary>Takes the package that stands for what was assumed out again.</summary>
    public void ForgetAssumed()
    {
        File.Delete(Path.Combine(directory, "info", AssumedPackage.Name + ".list"));
        File.WriteAllText(Status, string.Concat(ControlStanza.ParseAll(File.ReadAllText(Status)).Where(stanza => stanza["Package"] != AssumedPackage.Name).Select(stanza => stanza.Text + "\n")));
    }

    /// <summary>Adds packages as unpacked and not configured.</summary>
    /// <param name="packages">The packages, already in their places.</param>
    /// <param name="isTakenOver">Whether another package has taken over a path.</param>
    public void AddUnpacked(IReadOnlyList<StagedPackage> packages, Func<StagedPackage, string, bool> isTakenOver)
    {
        // What is interested already belongs to packages that are configured: they hear of the new files, as from dpkg.
        Activate(packages);

        var status = new StringBuilder();
        foreach (var package in packages)
        {
            AddInformation(package, isTakenOver);
            AddInterests(package);
            var (first, rest) = SplitFirstLine(package.Control.Text);
            status.Append(first).Append("Status: install ok unpacked\n").Append(rest);
            if (package.ConfigurationFiles.Count > 0)
            {
                status.Append("Conffiles:\n");
                foreach (var file in package.ConfigurationFiles)
                {
                    status.Append(' ').Append(file).Append(" newconffile\n");
                }
            }

            status.Append('\n');
        }

        File.AppendAllText(Status, status.ToString());
    }

    private void AddInformation(StagedPackage package, Func<StagedPackage, string, bool> isTakenOver)
    {
        var name = Path.Combine(directory, "info", package.DatabaseName);
        foreach (var (kind, file) in package.ControlFiles)
        {
            File.WriteAllBytes($"{name}.{kind}", file.Content);
            File.SetUnixFileMode($"{name}.{kind}", file.Mode);
            File.SetLastWriteTimeUtc($"{name}.{kind}", file.Modified);
        }

        var list = new StringBuilder();
        foreach (var path in package.Paths.Where(path => !isTakenOver(package, path)))
        {
            list.Append(path == "/" ? "/." : path).Append('\n');
        }

        File.WriteAllText(name + ".list", list.ToString());
    }

    private void AddInterests(StagedPackage package)
    {
        foreach (var (verb, trigger) in TriggersOf(package).Where(line => line.Verb.StartsWith("interest", StringComparison.Ordinal)))
        {
            var owner = package.DatabaseName + (verb == "interest-noawait" ? "/noawait" : string.Empty);
            if (trigger.StartsWith('/'))
            {
                File.AppendAllText(Path.Combine(Triggers, "File"), $"{trigger} {owner}\n");
            }
            else
            {
                File.AppendAllText(Path.Combine(Triggers, trigger), owner + "\n");
            }
        }
    }

    /// <summary>Notes what the packages trigger. A line of the file: "ldconfig -", or in place of "-" the packages that wait for it.</summary>
    private void Activate(IReadOnlyList<StagedPackage> packages)
    {
        var fileInterests = Interests("File").Select(line => line.Split(' ', 2)).Select(line => (Path: line[0], NoAwait: line[1].EndsWith("/noawait", StringComparison.Ordinal))).ToList();
        var pending = new SortedDictionary<string, SortedSet<string>>(StringComparer.Ordinal);
        foreach (var package in packages)
        {
            foreach (var (verb, trigger) in TriggersOf(package).Where(line => line.Verb.StartsWith("activate", StringComparison.Ordinal)))
            {
                var interested = trigger.StartsWith('/') ? fileInterests.Where(interest => interest.Path == trigger).Select(interest => interest.NoAwait).ToList() : [.. Interests(trigger).Select(owner => owner.EndsWith("/noawait", StringComparison.Ordinal))];
                Note(trigger, interested, package, waits: verb != "activate-noawait");
            }

            foreach (var (path, noAwait) in fileInterests.Where(interest => package.Paths.Any(path => path == interest.Path || path.StartsWith(interest.Path + "/", StringComparison.Ordinal))))
            {
                Note(path, [noAwait], package, waits: true);
            }
        }

        if (pending.Count > 0)
        {
            File.AppendAllLines(Path.Combine(Triggers, "Unincorp"), pending.Select(pair => $"{pair.Key} {string.Join(' ', pair.Value)}"));
        }

        void Note(string trigger, List<bool> noAwaits, StagedPackage package, bool waits)
        {
            foreach (var noAwait in noAwaits)
            {
                if (!pending.TryGetValue(trigger, out var waiting))
                {
                    pending[trigger] = waiting = new SortedSet<string>(StringComparer.Ordinal);
                }

                waiting.Add(waits && !noAwait ? package.DatabaseName : "-");
            }
        }
    }

    private string[] Interests(string trigger) => Path.Combine(Triggers, trigger) is var file && File.Exists(file) ? File.ReadAllLines(file) : [];

    private static IEnumerable<(string Verb, string Trigger)> TriggersOf(StagedPackage package) =>
        package.ControlFiles.TryGetValue("triggers", out var file)
            ? file.Lines.Select(line => line.Split([' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Where(words => words.Length == 2).Select(words => (words[0], words[1]))
            : [];

    private static (string Head, string Tail) SplitFirstLine(string text)
    {
        var end = text.IndexOf('\n') + 1;
        return (text[..end], text[end..]);
    }
}
