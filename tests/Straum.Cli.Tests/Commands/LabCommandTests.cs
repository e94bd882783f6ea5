using System.CommandLine;
using Straum.Cli.Commands;
using Straum.Cli.Terminal;
using Straum.Lab;

namespace Straum.Cli.Tests.Commands;

public sealed class LabCommandTests
{
    [Theory]
    [InlineData("n11", "did you mean n1?")]
    [InlineData("nowhere", "nodes are n1, n2")]
    public async Task Name_ThatTheLabDoesNotHave_IsAWrongCommandLine(string name, string fix)
    {
        var command = new Command("exec").Does((_, _) => throw new LabNameException($"there is no pod, node or other place named {name}", "nodes are n1, n2", name, ["n1", "n2"]));
        var fault = await Should.ThrowAsync<CommandFault>(() => command.Parse([]).InvokeAsync(
            new InvocationConfiguration { EnableDefaultExceptionHandler = false }, TestContext.Current.CancellationToken));
        fault.Message.ShouldBe($"straum: lab exec: there is no pod, node or other place named {name} ({fix})");
        fault.ExitCode.ShouldBe(ExitCode.Usage);
    }
}
