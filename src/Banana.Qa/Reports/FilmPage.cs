// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Net;
using System.Text;
using Banana.Foundation.Files;
using Banana.Qa.Films;

namespace Banana.Qa.Reports;

/// <summary>A film as a page: every step with its picture, what was expected under what was seen. Pictures are files beside it.</summary>
public static class FilmPage
{
    private const string Style = """
        :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --good: #27ae60; --bad: #da4453; --quiet: #f67400; }
        body { font: 15px/1.45 "Noto Sans", system-ui, sans-serif; margin: 0 auto; max-width: 1200px; padding: 24px; }
        h1 { font-size: 26px; margin: 0 0 4px; } h2 { font-size: 19px; margin: 36px 0 4px; }
        .note { opacity: .72; margin: 0; } .bar { display: flex; gap: 20px; flex-wrap: wrap; margin: 18px 0; }
        .fact { border: 1px solid var(--line); border-radius: 8px; padding: 8px 14px; } .fact b { display: block; font-size: 17px; }
        .steps { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(340px, 1fr)); margin-top: 12px; }
        figure { margin: 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; border-top: 3px solid var(--good); }
        figure.failed { border-top-color: var(--bad); } figure img { width: 100%; display: block; background: #0005; aspect-ratio: 16 / 10; object-fit: contain; }
        figcaption { padding: 10px 14px 12px; } figcaption p { margin: 2px 0; } .title { font-weight: 600; } .wrong { color: var(--bad); overflow-wrap: anywhere; } .retry { color: var(--quiet); }
        .wanted { padding: 0 14px 12px; } .wanted img { border-radius: 4px; }
        """;

    /// <summary>Writes the page and its pictures.</summary>
    /// <param name="film">The film.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>The page.</returns>
    public static async Task<string> WriteAsync(Film film, string folder, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(film);
        var pictures = Path.Combine(folder, "pictures");
        if (Directory.Exists(pictures))
        {
            Directory.Delete(pictures, recursive: true);
        }

        Directory.CreateDirectory(pictures);
        foreach (var scene in film.Scenes)
        {
            foreach (var (step, number) in scene.Steps.Select((step, number) => (step, number)))
            {
                await SaveAsync(step.Picture, PictureOf(scene, number)).ConfigureAwait(false);
                await SaveAsync(step.Needle, NeedleOf(scene, number)).ConfigureAwait(false);
            }
        }

        var page = Path.Combine(folder, "film.html");
        await AtomicFile.WriteAsync(page, Render(film), cancellation).ConfigureAwait(false);
        return page;

        async Task SaveAsync(byte[]? picture, string name)
        {
            if (picture is not null)
            {
                await AtomicFile.WriteAsync(Path.Combine(folder, name), picture, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The text of the page.</summary>
    public static string Render(Film film)
    {
        ArgumentNullException.ThrowIfNull(film);
        var (passed, failed, skipped) = (Count(Outcome.Passed), Count(Outcome.Failed), Count(Outcome.Skipped));
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture, $"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{Escape(film.Release)}: {passed} passed, {failed} failed</title>\n<style>\n{Style}\n</style>\n</head>\n<body>\n");
        html.Append(CultureInfo.InvariantCulture, $"<h1>{Escape(film.Release)}</h1>\n<p class=\"note\">{passed} scenarios passed, {failed} failed{(skipped > 0 ? $", {skipped} skipped" : string.Empty)} · with {Escape(film.Machine)}</p>\n<div class=\"bar\">\n");
        foreach (var (name, value) in film.Facts)
        {
            html.Append(CultureInfo.InvariantCulture, $"<div class=\"fact\"><b>{Escape(value)}</b>{Escape(name)}</div>\n");
        }

        html.Append("</div>\n");
        foreach (var scene in film.Scenes)
        {
            WriteScene(html, scene);
        }

        return html.Append("</body>\n</html>\n").ToString();

        int Count(Outcome outcome) => film.Scenes.Count(scene => scene.Outcome == outcome);
    }

    private static void WriteScene(StringBuilder html, FilmScene scene)
    {
        var verdict = scene.Outcome switch { Outcome.Passed => "passed", Outcome.Failed => "failed", _ => $"skipped: {scene.SkippedBecause}" };
        html.Append(CultureInfo.InvariantCulture, $"<h2 id=\"{scene.Name}\">{Escape(scene.Title)}</h2>\n<p class=\"note\">{Escape(scene.Name)} · {Escape(verdict)} · {Time(scene.Duration)}</p>\n<div class=\"steps\">\n");
        foreach (var (step, number) in scene.Steps.Select((step, number) => (step, number)))
        {
            html.Append(CultureInfo.InvariantCulture, $"<figure class=\"{(step.Outcome == Outcome.Passed ? "passed" : "failed")}\">\n");
            if (step.Picture is not null)
            {
                html.Append(CultureInfo.InvariantCulture, $"<a href=\"{PictureOf(scene, number)}\"><img src=\"{PictureOf(scene, number)}\" alt=\"{Escape(step.Expected)}\"></a>\n");
            }

            html.Append(CultureInfo.InvariantCulture, $"<figcaption><p class=\"title\">{number + 1}. {Escape(step.Title)}</p><p>Expected: {Escape(step.Expected)}</p><p class=\"note\">{Time(step.Duration)}</p>");
            if (step.Seen is { } seen)
            {
                html.Append(CultureInfo.InvariantCulture, $"<p class=\"wrong\">Seen: {Escape(seen)}</p>");
            }

            if (step.Attempts > 1)
            {
                html.Append(CultureInfo.InvariantCulture, $"<p class=\"retry\">done {step.Attempts} times</p>");
            }

            html.Append("</figcaption>\n");
            if (step.Needle is not null)
            {
                html.Append(CultureInfo.InvariantCulture, $"<div class=\"wanted\"><p class=\"note\">It should look like this:</p><img src=\"{NeedleOf(scene, number)}\" alt=\"the needle\"></div>\n");
            }

            html.Append("</figure>\n");
        }

        html.Append("</div>\n");
    }

    private static string PictureOf(FilmScene scene, int number) => string.Create(CultureInfo.InvariantCulture, $"pictures/{scene.Name}-{number + 1:00}.png");

    private static string NeedleOf(FilmScene scene, int number) => string.Create(CultureInfo.InvariantCulture, $"pictures/{scene.Name}-{number + 1:00}-needle.png");

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private static string Time(TimeSpan time) => time.TotalSeconds < 60
        ? $"{time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s"
        : $"{(int)time.TotalMinutes} min {time.Seconds} s";
}
