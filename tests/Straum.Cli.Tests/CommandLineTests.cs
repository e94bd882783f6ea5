using System.CommandLine;
using Straum.Cli.Terminal;

namespace Straum.Cli.Tests;

public sealed class CommandLineTests
{
    [Fact]
    public async Task Help_OfTheProgram_ListsTheCommands()
    {
        var run = await CliRun.Of("--help");
        run.ExitCode.ShouldBe(ExitCode.Ok);
        run.Output.ShouldContain("echo");
        run.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Command_Misspelt_IsRefusedWithTheNearestName()
    {
        var run = await CliRun.Of("ehco");
        run.ExitCode.ShouldBe(ExitCode.Usage);
        run.Error.ShouldStartWith("straum: usage: ");
        run.Error.ShouldContain("did you mean echo?");
        run.Output.ShouldBeEmpty();
    }

    [Fact]
    public async Task Command_Missing_IsWrongUsage()
    {
        var run = await CliRun.Of();
        run.ExitCode.ShouldBe(ExitCode.Usage);
        run.Error.ShouldStartWith("straum: usage: ");
        run.Error.ShouldContain("straum --help");
    }

    [Fact]
    public void EveryCommand_AndOption_IsDescribed()
    {
        var undescribed = new List<string>();
        Visit(CommandLine.CreateRoot(), "");
        undescribed.ShouldBeEmpty();

        void Visit(Command command, string path)
        {
            path += " " + command.Name;
            if (string.IsNullOrWhiteSpace(command.Description))
            {
                undescribed.Add(path);
            }
            undescribed.AddRange(command.Options.Where(static o => string.IsNullOrWhiteSpace(o.Description)).Select(o => $"{path} {o.Name}"));
            undescribed.AddRange(command.Arguments.Where(static a => string.IsNullOrWhiteSpace(a.Description)).Select(a => $"{path} <{a.Name}>"));
            foreach (var sub in command.Subcommands)
            {
                Visit(sub, path);
            }
        }
    }
}
