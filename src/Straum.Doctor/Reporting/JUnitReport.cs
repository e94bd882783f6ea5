using System.Globalization;
using System.Xml;

namespace Straum.Doctor.Reporting;

/// <summary>
/// A report for continuous integration: a suite per group, a case per check. A failure is a failure; what is unknown, ignored
/// or does not apply is skipped, with the reason; a warning passes, with its text in system-out.
/// </summary>
public static class JUnitReport
{
    public static void Write(DoctorReport report, TextWriter output)
    {
        using var xml = XmlWriter.Create(output, new XmlWriterSettings { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true });
        xml.WriteStartElement("testsuites");
        xml.WriteAttributeString("name", "straum doctor");
        foreach (var group in report.Results.GroupBy(static r => r.Check.Group))
        {
            xml.WriteStartElement("testsuite");
            xml.WriteAttributeString("name", group.Key.ToString().ToLowerInvariant());
            xml.WriteAttributeString("hostname", report.Host);
            xml.WriteAttributeString("timestamp", report.Time.ToString("s", CultureInfo.InvariantCulture));
            Number(xml, "tests", group.Count());
            Number(xml, "failures", group.Count(static r => r.Verdict == Verdict.Fail));
            Number(xml, "skipped", group.Count(IsSkipped));
            foreach (var result in group)
            {
                Write(result, xml);
            }
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    }

    private static void Write(CheckResult result, XmlWriter xml)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("classname", result.Check.Id);
        xml.WriteAttributeString("name", result.Check.Title);
        xml.WriteAttributeString("time", result.Took.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture));
        var text = result.Ignored ? "ignored" : string.Join("\n", result.Findings.Select(f => FindingText.Line(f, result.Check)));
        if (result.Verdict == Verdict.Fail || IsSkipped(result))
        {
            xml.WriteStartElement(result.Verdict == Verdict.Fail ? "failure" : "skipped");
            xml.WriteAttributeString("message", text);
            xml.WriteEndElement();
        }
        else
        {
            xml.WriteElementString("system-out", text);
        }
        xml.WriteEndElement();
    }

    private static bool IsSkipped(CheckResult result) => result.Ignored || result.Verdict is Verdict.Unknown or Verdict.Skip;

    private static void Number(XmlWriter xml, string name, int value) => xml.WriteAttributeString(name, value.ToString(CultureInfo.InvariantCulture));
}
