using System.Xml.Linq;

namespace Straum.Doctor.Reporting;

public sealed class ReportTests
{
    private static readonly Check Usage = Catalogue.Find("ST-CT-001")!, Drops = Catalogue.Find("ST-CT-002")!;

    [Fact]
    public void Npd_Failure_IsAProblemOfAtMostEightyCharacters()
    {
        var (code, message) = NpdReport.Of(Report(
            new CheckResult(Usage, [Finding.Fail(new string('x', 200), "eth0")], TimeSpan.Zero), new CheckResult(Drops, [Finding.Fail("rising")], TimeSpan.Zero)));
        code.ShouldBe(1);
        message.Length.ShouldBeLessThanOrEqualTo(80);
        message.ShouldStartWith("ST-CT-001 eth0: xxx");
    }

    [Fact]
    public void Npd_OnlyUnknown_IsUnknown() => NpdReport.Of(Report(new CheckResult(Usage, [Finding.Unknown("refused")], TimeSpan.Zero))).ExitCode.ShouldBe(2);

    [Fact]
    public void Npd_Warning_IsNoProblem() => NpdReport.Of(Report(new CheckResult(Usage, [Finding.Warn("80 %")], TimeSpan.Zero))).ExitCode.ShouldBe(0);

    [Fact]
    public void JUnit_UnknownIsSkippedAndFailureIsOne()
    {
        using var text = new StringWriter();
        JUnitReport.Write(Report(
            new CheckResult(Usage, [Finding.Unknown("refused")], TimeSpan.Zero), new CheckResult(Drops, [Finding.Fail("rising <fast>")], TimeSpan.Zero)), text);
        var cases = XDocument.Parse(text.ToString()).Descendants("testcase").ToList();
        cases[0].Element("skipped")!.Attribute("message")!.Value.ShouldBe("refused");
        cases[1].Element("failure")!.Attribute("message")!.Value.ShouldContain("rising <fast>");
    }

    private static DoctorReport Report(params CheckResult[] results) => new("n1", "6.18", DateTimeOffset.UnixEpoch, TimeSpan.Zero, results);
}
