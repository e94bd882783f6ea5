using Straum.Cli.Terminal;

namespace Straum.Cli.Tests.Commands;

public sealed class BenchCommandTests
{
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
