using Straum.Cli.Terminal;

namespace Straum.Cli.Tests.Commands;

public sealed class BenchCommandTests
{
    [Theory]
    [InlineData("10.0.0.1", "10.0.0.1:53")]
    [InlineData("10.0.0.1:80", "10.0.0.1:80")]
    [InlineData("fd00::1", "[fd00::1]:53")]
    [InlineData("[fd00::1]:80", "[fd00::1]:80")]
    [InlineData("10.1", null)]
    [InlineData("10.1:80", null)]
    [InlineData("10.0.0.1:0", null)]
    [InlineData("10.0.0.1:70000", null)]
    [InlineData("", null)]
    public void Address_AsPeopleWriteIt(string text, string? read) => (EndPointText.Parse(text, 53)?.ToString()).ShouldBe(read);

    [Fact]
    public async Task Dns_WhereNobodyAnswers_IsAFaultAndNoFigure()
    {
        // Port 1 of loopback refuses at once.
        var run = await CliRun.Of("bench", "dns", "127.0.0.1:1", "example.test", "--seconds", "1");
        run.ExitCode.ShouldBe(ExitCode.Unreachable);
        run.Error.ShouldBe("straum: bench dns: 127.0.0.1:1 answered no lookup\n");
        run.Output.ShouldBeEmpty();
    }
}
