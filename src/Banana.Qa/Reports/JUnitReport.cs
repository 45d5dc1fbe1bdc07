// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Globalization;
using System.Text;
using System.Xml;
using Banana.Qa.Films;

namespace Banana.Qa.Reports;

/// <summary>A film as JUnit's XML, which every CI reads: a suite a scenario, a case a step.</summary>
public static class JUnitReport
{
    /// <summary>The text of the file.</summary>
    public static string Render(Film film)
    {
        ArgumentNullException.ThrowIfNull(film);
        using var text = new Utf8Text();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true }))
        {
            xml.WriteStartElement("testsuites");
            xml.WriteAttributeString("name", film.Release);
            foreach (var scene in film.Scenes)
            {
                WriteScene(xml, scene);
            }

            xml.WriteEndElement();
        }

        return text.ToString();
    }

    private static void WriteScene(XmlWriter xml, FilmScene scene)
    {
        xml.WriteStartElement("testsuite");
        xml.WriteAttributeString("name", scene.Name);
        xml.WriteAttributeString("tests", Math.Max(1, scene.Steps.Count).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", scene.Steps.Count(step => step.Outcome == Outcome.Failed).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("skipped", scene.Outcome == Outcome.Skipped ? "1" : "0");
        xml.WriteAttributeString("time", Seconds(scene.Duration));
        foreach (var step in scene.Steps)
        {
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", scene.Name);
            xml.WriteAttributeString("name", step.Title);
            xml.WriteAttributeString("time", Seconds(step.Duration));
            if (step.Seen is { } seen)
            {
                xml.WriteStartElement("failure");
                xml.WriteAttributeString("message", seen);
                xml.WriteString($"expected: {step.Expected}");
                xml.WriteEndElement();
            }

            if (step.Attempts > 1)
            {
                xml.WriteElementString("system-out", $"done {step.Attempts} times");
            }

            xml.WriteEndElement();
        }

        if (scene.SkippedBecause is { } reason)
        {
            xml.WriteStartElement("testcase");
            xml.WriteAttributeString("classname", scene.Name);
            xml.WriteAttributeString("name", scene.Title);
            xml.WriteStartElement("skipped");
            xml.WriteAttributeString("message", reason);
            xml.WriteEndElement();
            xml.WriteEndElement();
        }

        xml.WriteEndElement();
    }

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    private sealed class Utf8Text() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
