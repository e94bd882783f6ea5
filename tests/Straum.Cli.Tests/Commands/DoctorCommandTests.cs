using System.Text.Json;
using System.Xml.Linq;

namespace Straum.Cli.Tests.Commands;

public sealed class DoctorCommandTests
{
    [Fact]
    public async Task Explain_SaysWhyAndHowToMend()
    {
        var run = await CliRun.Of("doctor", "--explain", "st-ct-002");
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("insert_failed");
        run.Output.ShouldContain("Fix");
    }

    [Theory]
    [InlineData("dns")]
    [InlineData("DNS")]
    [InlineData("st-dn")]
    public async Task Explain_Group_ListsItsChecks(string name)
    {
        var run = await CliRun.Of("doctor", "--explain", name);
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldStartWith("ST-DN-001  the host's name servers answer\nST-DN-002  ");
        run.Output.ShouldNotContain("ST-KE");
    }

    [Fact]
    public async Task Disk_ThatIsNotThere_IsAUsageFault()
    {
        var run = await CliRun.Of("doctor", "--only", "ST-DI-002", "--disk", "/nonexistent");
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("--disk /nonexistent: no such directory");
        run.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Short_OnlyCountsWhatIsIgnored()
    {
        var run = await CliRun.Of("doctor", "--only", "ST-KE-001,ST-KE-003", "--ignore", "ST-KE-003", "-o", "short");
        run.Output.ShouldNotContain("ST-KE-003");
        run.Output.ShouldContain("1 passed, 0 do not apply, 1 ignored");
    }

    [Theory]
    [InlineData("--explain")]
    [InlineData("--only")]
    [InlineData("--ignore")]
    public async Task UnknownName_IsAUsageFaultWithTheNearest(string option)
    {
        var run = await CliRun.Of("doctor", option, "ST-CT-0012");
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("did you mean ST-CT-001?");
        run.Output.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("--peer", "10.1")]
    [InlineData("--peer", "010.0.0.256")]
    [InlineData("--dns", "1.2.3")]
    [InlineData("--dns", "0x7f000001")]
    public async Task Address_InAFormThatOnlyProgramsWrite_IsAUsageFault(string option, string address)
    {
        var run = await CliRun.Of("doctor", "--only", "ST-KE-001", option, address);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain($"'{address}' is no address");
    }

    [Fact]
    public async Task UnknownNode_IsAUsageFault() => await ShouldRefuseAsync("--node", "no-such-node");

    [Fact]
    public async Task UnknownNodeWithASocket_IsAUsageFaultToo() => await ShouldRefuseAsync("--node", "no-such-node", "--socket", "/tmp/agent.sock");

    private static async Task ShouldRefuseAsync(params string[] options)
    {
        var run = await CliRun.Of(["doctor", "--only", "ST-KE-001", .. options]);
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("find node no-such-node");
        run.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Table_HasALineForEachFindingWithItsSource()
    {
        var run = await CliRun.Of("doctor", "--only", "ST-KE-001,ST-KE-003", "--ignore", "ST-KE-003");
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("fail below 5.10; first mainline version");
        run.Output.ShouldContain("ST-KE-003  kernel describes its own types: ignored");
        run.Output.ShouldContain("1 passed");
    }

    [Fact]
    public async Task Json_HasVerdictMeasuredThresholdAndSource()
    {
        var run = await CliRun.Of("doctor", "--only", "ST-KE-001", "-o", "json");
        using var report = JsonDocument.Parse(run.Output);
        var check = report.RootElement.GetProperty("checks")[0];
        check.GetProperty("id").GetString().ShouldBe("ST-KE-001");
        check.GetProperty("verdict").GetString().ShouldBe("pass");
        check.GetProperty("findings")[0].GetProperty("measured").GetString().ShouldNotBeNullOrEmpty();
        check.GetProperty("source").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task JUnit_SkipsWhatIsIgnored()
    {
        var run = await CliRun.Of("doctor", "--only", "ST-KE-001", "ST-KE-003", "--ignore", "ST-KE-003", "-o", "junit");
        var suite = XDocument.Parse(run.Output).Root!.Element("testsuite")!;
        suite.Attribute("tests")!.Value.ShouldBe("2");
        suite.Attribute("skipped")!.Value.ShouldBe("1");
    }

    [Fact]
    public async Task Npd_IsOneLine()
    {
        var run = await CliRun.Of("doctor", "--only", "ST-KE-001", "-o", "npd");
        run.ExitCode.ShouldBe(0);
        run.Output.ShouldBe("1 check, 0 warnings, 0 unknown" + Environment.NewLine);
    }
}
