// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bus;
using Banana.Control.Notices;
using Banana.Device.Running;
using Banana.Formats.Release;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Device;

/// <summary>What the notification about an update says, to whom it was said, and the file that it comes from.</summary>
public sealed class NoticeTests : IDisposable
{
    private static readonly ReleaseVersion First = ReleaseVersion.Parse("20261126.1");
    private static readonly ReleaseVersion Second = ReleaseVersion.Parse("20261126.2");
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void It_names_the_version_and_offers_the_restart_and_the_page()
    {
        var notice = Notice.Of(First, new Translations(folder.Path), hasPage: true);
        Assert.Equal("Version 20261126.1 is ready: restart to use it", notice.Summary);
        Assert.Equal(["default", "Show Details", "restart", "Restart Now", "show", "Show Details"], notice.Actions);
        Assert.Equal(["desktop-entry", "resident", "urgency"], notice.Hints.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new BusVariant("y", (byte)1), notice.Hints["urgency"]);
    }

    [Fact]
    public void It_offers_no_page_that_is_not_there()
    {
        var notice = Notice.Of(First, new Translations(folder.Path), hasPage: false);
        Assert.Equal(["restart", "Restart Now"], notice.Actions);
        Assert.Equal(["resident", "urgency"], notice.Hints.Keys.Order(StringComparer.Ordinal));
    }

    /// <summary>The id is in three places, of which the build makes one.</summary>
    [Fact]
    public void The_page_is_the_one_that_there_is()
    {
        Assert.True(File.Exists(Path.Combine(Checkout.Root, "apps/updates", Notice.Page + ".json")));
        Assert.Equal(Notice.Page, Translations.Domain);
        Assert.Contains($"\"Icon\": \"{Notice.Icon}\"", File.ReadAllText(Path.Combine(Checkout.Root, "apps/updates", Notice.Page + ".json")), StringComparison.Ordinal);
    }

    [Fact]
    public void Values_are_put_in_by_their_number() =>
        Assert.Equal("b, ten, a, 100 %", new Translations(folder.Path).Say("@info", "%2, %10, %1, 100 %", "a", "b", "c", "d", "e", "f", "g", "h", "i", "ten"));

    [Fact]
    public async Task A_session_remembers_the_version_that_it_was_told_of()
    {
        var note = new ToldNote(folder["session"]);
        Assert.False(note.Holds(First));
        await note.WriteAsync(First);
        Assert.True(new ToldNote(folder["session"]).Holds(First));
        Assert.False(note.Holds(Second));
        await note.WriteAsync(Second);
        Assert.Equal((true, false), (note.Holds(Second), note.Holds(First)));
        Assert.False(new ToldNote(folder["another session"]).Holds(Second));
    }

    [Fact]
    public async Task The_file_is_there_while_something_waits_and_is_touched_only_when_that_changes()
    {
        var file = new StagedFile(folder.Path);
        Assert.Equal(folder["run/banana/staged"], file.Location);
        await file.WriteAsync(null);
        Assert.Null(file.Read());
        await file.WriteAsync(First);
        Assert.Equal((First, "20261126.1\n"), (file.Read()!.Value, File.ReadAllText(file.Location)));

        // A watcher of the folder sees each change of it, in order: so the first thing that is seen is the next version.
        using var watcher = new FileSystemWatcher(folder["run/banana"]);
        TaskCompletionSource<string> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher.Created += (_, change) => seen.TrySetResult(change.Name!);
        watcher.Deleted += (_, change) => seen.TrySetResult(change.Name!);
        watcher.Changed += (_, change) => seen.TrySetResult(change.Name!);
        watcher.EnableRaisingEvents = true;
        await file.WriteAsync(First);
        File.WriteAllText(folder["run/banana/mark"], string.Empty);
        Assert.Equal("mark", await seen.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));

        await file.WriteAsync(Second);
        Assert.Equal(Second, file.Read());
        Assert.Equal(["mark", "staged"], Directory.EnumerateFiles(folder["run/banana"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        await file.WriteAsync(null);
        Assert.Null(file.Read());
    }

    [Theory]
    [InlineData("")]
    [InlineData("20261126.1")]
    [InlineData("tomorrow\n")]
    [InlineData("20261126.1\n20261126.2\n")]
    public void A_file_that_holds_no_version_is_an_error(string text)
    {
        folder.With("run/banana/staged", text);
        var error = Assert.Throws<BananaException>(() => new StagedFile(folder.Path).Read());
        Assert.Equal((ExitCode.BadInput, $"{folder["run/banana/staged"]}: the file does not hold a version; 'systemctl restart bananad' writes it anew"), (error.Code, error.Message));
    }
}
