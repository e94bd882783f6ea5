using System.Diagnostics;
using System.Text.Json.Nodes;
using Straum.Cli.Tests.Deploy;

namespace Straum.Cli.Tests.Kernels;

/// <summary>
/// The programs before the verifiers of Debian's kernels, in emulated machines: older ones know fewer program types and lose
/// knowledge that newer ones keep.
/// </summary>
public sealed class OldKernelTests
{
    [Theory]
    [InlineData("5.10")]
    [InlineData("6.1")]
    public void Programs_OfThisBuild_AreAcceptedBy(string kernel)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("STRAUM_TEST_LONG") is "1", "make test-long boots the kernels: they come from a Debian mirror, and a boot takes a minute");
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Deployment.Root, "tools/boot-kernel.sh"), [kernel, "-o", "json"])
        {
            RedirectStandardOutput = true,
        })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldNotBeEmpty("the machine did not come up; see build/kernels");
        lines[0].ShouldStartWith($"== begin {kernel}.");
        var programs = JsonNode.Parse(string.Join('\n', lines[1..^1]))!.AsArray();
        programs.Where(p => !(bool)p!["accepted"]!).Select(p => $"{p!["program"]}: {p["refusal"]}").ShouldBeEmpty();
        programs.Count.ShouldBeGreaterThan(10);
    }
}
