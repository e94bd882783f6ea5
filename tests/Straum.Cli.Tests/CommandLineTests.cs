using System.CommandLine;
using Straum.Cli.Commands;
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

    [Theory]
    [InlineData("straum: lab up: --nodes does not take 'abc' (write a whole number, at most 2147483647)", "lab", "up", "--nodes", "abc")]
    [InlineData("straum: lab up: --nodes 99: a lab has 1 to 16 nodes (straum lab up --help lists what is possible)", "lab", "up", "--nodes", "99")]
    [InlineData("straum: lab up: --mode does not take 'geneve' (write native or vxlan)", "lab", "up", "--mode", "geneve")]
    [InlineData("straum: lab logs: --lines 0: must be at least 1 (straum lab logs --help lists what is possible)", "lab", "logs", "n1", "--lines", "0")]
    [InlineData("straum: services: --output does not take 'yaml' (write table or json)", "services", "-o", "yaml")]
    [InlineData("straum: doctor: --output does not take 'yaml' (write table or short or json or junit or npd)", "doctor", "-o", "yaml")]
    [InlineData("straum: bench serve: --port 99999: a port is 0 to 65535 (straum bench serve --help lists what is possible)", "bench", "serve", "--port", "99999")]
    [InlineData("straum: bench serve: --port -1: a port is 0 to 65535 (straum bench serve --help lists what is possible)", "bench", "serve", "--port", "-1")]
    [InlineData("straum: bench disk: --seconds 0: must be 0.1 to 3600 seconds (straum bench disk --help lists what is possible)", "bench", "disk", "--seconds", "0")]
    [InlineData("straum: bench disk: --seconds -3: must be 0.1 to 3600 seconds (straum bench disk --help lists what is possible)", "bench", "disk", "--seconds", "-3")]
    [InlineData("straum: bench net: --seconds NaN: must be 0.1 to 3600 seconds (straum bench net --help lists what is possible)", "bench", "net", "127.0.0.1", "--seconds", "NaN")]
    [InlineData("straum: bench dns: --at-once 0: must be 1 to 1000: each has a socket of its own (straum bench dns --help lists what is possible)", "bench", "dns", "127.0.0.1:1", "--at-once", "0")]
    [InlineData("straum: bench dns: --at-once 9999999: must be 1 to 1000: each has a socket of its own (straum bench dns --help lists what is possible)", "bench", "dns", "127.0.0.1:1", "--at-once", "9999999")]
    [InlineData("straum: capture: --count 0: must be at least 1 (straum capture --help lists what is possible)", "capture", "web-1", "--count", "0")]
    [InlineData("straum: capture: --count -1: must be at least 1 (straum capture --help lists what is possible)", "capture", "web-1", "--count", "-1")]
    [InlineData("straum: capture: --count does not take '99999999999' (write a whole number, at most 2147483647)", "capture", "web-1", "--count", "99999999999")]
    [InlineData("straum: echo: --drain -1: must be 0 to 3600 seconds (straum echo --help lists what is possible)", "echo", "--tcp", "0", "--drain", "-1")]
    [InlineData("straum: echo: --drain NaN: must be 0 to 3600 seconds (straum echo --help lists what is possible)", "echo", "--tcp", "0", "--drain", "NaN")]
    [InlineData("straum: echo: --drain 1e300: must be 0 to 3600 seconds (straum echo --help lists what is possible)", "echo", "--tcp", "0", "--drain", "1e300")]
    [InlineData("straum: bench diff: --fail does not take 'x' (write a number)", "bench", "diff", "a", "b", "--fail", "x")]
    [InlineData("straum: import: --from does not take 'foo' (write kube-proxy or sysctl or cilium)", "import", "--from", "foo")]
    [InlineData("straum: import: --set 'foo': write KEY=VALUE (straum import --help lists what is possible)", "import", "--set", "foo")]
    [InlineData("straum: bench diff: --fail -1: must be 0 or more percent (straum bench diff --help lists what is possible)", "bench", "diff", "a", "b", "--fail", "-1")]
    public async Task Value_OfAnOption_IsRefusedInOneLineWithoutTypes(string fault, params string[] arguments)
    {
        var run = await CliRun.Of(arguments);
        run.ExitCode.ShouldBe(ExitCode.Usage);
        run.Error.TrimEnd().ShouldBe(fault);
    }

    [Fact]
    public async Task Default_OfAChoice_IsShownAsItIsWritten() => (await CliRun.Of("lab", "up", "--help")).Output.ShouldContain("[default: native]");

    [Theory]
    [InlineData("exec", "pod", "--", "ls", "--", "-l")]
    [InlineData("get", "--help")]
    [InlineData("get", "pods", "-o=json", "--output", "wide", "--version")]
    public void Kubectl_GetsItsWords_AsTheyWereWritten(params string[] words)
    {
        var parse = CommandLine.CreateRoot().Parse(LabKubectlCommand.Literally(["lab", "kubectl", .. words]));
        parse.Action.ShouldNotBeNull().ClearsParseErrors.ShouldBeFalse();
        parse.UnmatchedTokens.ShouldBe(words);
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
