using System.Text.Json.Nodes;

namespace Straum.Cli.Tests.Commands;

public sealed class ImportCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("straum-import-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Import_ToStdout_HasTheReportOnStderr()
    {
        var run = await CliRun.Of("import", "--set", "kubeProxyReplacement=true,k8sServicePort=6443");

        run.ExitCode.ShouldBe(0);
        run.Output.ShouldContain("servicePort: 6443");
        run.Error.ShouldContain("k8sServicePort");
        run.Error.ShouldContain("kept");
    }

    [Fact]
    public async Task Import_WriteToAFileThatExists_IsRefusedWithoutForce()
    {
        var target = Path.Combine(_folder, "straum.yaml");
        await File.WriteAllTextAsync(target, "mine", TestContext.Current.CancellationToken);

        (await CliRun.Of("import", "--set", "MTU=1400", "--write", target)).ShouldSatisfyAllConditions(
            r => r.ExitCode.ShouldBe(1), r => r.Error.ShouldContain("--force"));
        (await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken)).ShouldBe("mine");
        (await CliRun.Of("import", "--set", "MTU=1400,routingMode=native", "--write", target, "--force")).ShouldSatisfyAllConditions(
            r => r.ExitCode.ShouldBe(0), r => r.Output.ShouldContain("routing.mtu: 1400"));
        (await CliRun.Of("config", "check", target)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task Import_StrictWithAKeyThatIsLost_WritesNothingAndFails()
    {
        var target = Path.Combine(_folder, "straum.yaml");

        var run = await CliRun.Of("import", "--strict", "--set", "loadBalancer.mode=dsr", "--write", target);

        run.ExitCode.ShouldBe(1);
        run.Output.ShouldContain("not served yet");
        File.Exists(target).ShouldBeFalse();
    }

    [Fact]
    public async Task Import_StrictWithoutAWordAboutPolicies_FailsForTheDefault() =>
        (await CliRun.Of("import", "--strict", "--set", "hubble.enabled=false,l7Proxy=false,healthChecking=false")).ShouldSatisfyAllConditions(
            r => r.ExitCode.ShouldBe(1), r => r.Error.ShouldContain("policyEnforcementMode"), r => r.Output.ShouldBeEmpty());

    [Fact]
    public async Task Import_AsJson_HasAFindingPerKey()
    {
        var run = await CliRun.Of("import", "--set", "MTU=1400,routingMode=native", "-o", "json");

        var json = JsonNode.Parse(run.Output)!;
        ((string)json["yaml"]!).ShouldContain("mtu: 1400");
        var finding = json["findings"]!.AsArray().Single(f => (string)f!["key"]! == "MTU")!;
        ((string)finding["verdict"]!).ShouldBe("Kept");
        ((string)finding["becomes"]!).ShouldBe("routing.mtu: 1400");
    }

    [Theory]
    [InlineData(1, "straum: read /nope: there is no such file (name Cilium Helm values, a KubeProxyConfiguration or a file of sysctl.d)", "/nope")]
    [InlineData(1, "straum: read /etc: it is a directory (name a file in it)", "/etc")]
    [InlineData(1, "straum: read /dev/zero: it has more than 4 MiB (name Cilium Helm values, a KubeProxyConfiguration or a file of sysctl.d)", "/dev/zero")]
    [InlineData(1, "straum: import /dev/null: it is empty", "/dev/null")]
    [InlineData(1, "straum: write /nope/x: there is no directory for it (make the directory first, or name a file in another)", "--set", "MTU=1400", "--write", "/nope/x")]
    public async Task Import_FileThatCannotBeUsed_IsNamedWithWhatIsWrongAndTheFix(int code, string fault, params string[] arguments) =>
        (await CliRun.Of(["import", .. arguments])).ShouldSatisfyAllConditions(r => r.ExitCode.ShouldBe(code), r => r.Error.ShouldBe(fault + "\n"));

    [Fact]
    public async Task Import_Nothing_IsAUsageFault() => (await CliRun.Of("import")).ExitCode.ShouldBe(2);
}
