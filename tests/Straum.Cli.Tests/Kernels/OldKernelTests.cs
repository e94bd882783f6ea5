using System.Diagnostics;
using System.Text.Json.Nodes;
using Straum.Cli.Tests.Deploy;

namespace Straum.Cli.Tests.Kernels;

/// <summary>
/// This build on Debian's kernels, in emulated machines: older verifiers lose knowledge that newer ones keep, and older kernels have
/// other ways to attach programs.
/// </summary>
public sealed class OldKernelTests
{
    private static readonly string[] Findings =
        ["verified 0", "agent ready", "pods attached", "pod to pod", "pod to node", "pod to Service", "status right", "end"];

    [Theory]
    [InlineData("5.10")]
    [InlineData("6.1")]
    public void Kernel_TakesEveryProgram_AndAnAgentDoesItsWorkThere(string kernel)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("STRAUM_TEST_LONG") is "1", "make test-long boots the kernels: they come from a Debian mirror, and a boot takes minutes");
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Deployment.Root, "tools/boot-kernel.sh"), [kernel]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        output.ShouldContain($"== begin {kernel}.", Case.Sensitive, "the machine did not come up; see build/kernels");
        var lines = output.Split('\n');
        var json = lines.SkipWhile(line => line != "[").TakeWhile(line => !line.StartsWith("== ", StringComparison.Ordinal));
        var programs = JsonNode.Parse(string.Join('\n', json))!.AsArray();
        programs.Where(p => !(bool)p!["accepted"]!).Select(p => $"{p!["program"]}: {p["refusal"]}").ShouldBeEmpty();
        programs.Count.ShouldBeGreaterThan(10);
        lines.Where(line => line.StartsWith("== ", StringComparison.Ordinal) && !line.StartsWith("== begin", StringComparison.Ordinal)).Select(line => line[3..]).ShouldBe(Findings, output);
    }
}
