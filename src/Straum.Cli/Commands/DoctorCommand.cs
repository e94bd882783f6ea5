using System.CommandLine;
using System.Net;
using Straum.Agent.Configuration;
using Straum.Cli.Agents;
using Straum.Cli.Doctor;
using Straum.Cli.Terminal;
using Straum.Doctor;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reporting;
using Straum.Kubernetes.Decoding;
using Straum.Linux;

namespace Straum.Cli.Commands;

/// <summary>
/// <c>straum doctor</c>: every check of this host. Exit code 0 when all passed, 1 with warnings or unknowns, 2 with failures,
/// 3 when nothing could be measured; <c>-o npd</c> has its own, see <see cref="NpdReport"/>.
/// </summary>
internal static class DoctorCommand
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(5);

    private static readonly Option<string> Output = new("--output", "-o")
    {
        Description = "table, or only what is wrong (short), or for programs",
        HelpName = "table|short|json|junit|npd",
        DefaultValueFactory = static _ => "table",
    };

    private static readonly Option<string?> Explain = new("--explain") { Description = "Say what a check is about, or which checks a group has, and stop", HelpName = "id|group" };
    private static readonly Option<string[]> Only = new("--only") { Description = "Run only these checks or groups", HelpName = "id|group", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<string[]> Ignore = new("--ignore") { Description = "Leave these checks or groups out", HelpName = "id|group", AllowMultipleArgumentsPerToken = true };
    private static readonly Option<bool> Pre = new("--pre") { Description = "Only what makes sense before Straum is installed" };
    private static readonly Option<bool> Watch = new("--watch", "-w") { Description = "Look again 5 seconds after each round, until Ctrl-C; checks that load the host only once" };
    private static readonly Option<string?> Disk = new("--disk") { Description = "Measure the disk here instead of where etcd writes", HelpName = "directory" };
    private static readonly Option<IPAddress[]> ClusterDns = new("--dns") { Description = "The cluster's DNS Service, where pods' own files cannot be read", HelpName = "address", CustomParser = ParseAddresses };
    private static readonly Option<IPAddress[]> Peer = new("--peer") { Description = "Measure the way to this address too", HelpName = "address", CustomParser = ParseAddresses };
    private static readonly Option<string?> Node = new("--node", "-n") { Description = "Look at this node of the lab", HelpName = "name" };
    private static readonly Option<string?> Socket = new("--socket") { Description = "The socket of this node's agent", HelpName = "path" };
    private static readonly Option<bool> Reference = new("--reference") { Description = "Print the generated part of docs/reference/doctor.md", Hidden = true };

    static DoctorCommand() => Output.AcceptOnlyFromAmong("table", "short", "json", "junit", "npd");

    public static Command Create()
    {
        var command = new Command("doctor", "Look for what is wrong with this host; changes nothing")
        {
            Output, Explain, Only, Ignore, Pre, Watch, Disk, Peer, ClusterDns, Node, Socket, Reference,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(Reference))
        {
            await output.WriteAsync(ReferencePage.Write(Catalogue.All));
            return ExitCode.Ok;
        }
        if (parse.GetValue(Explain) is { } id)
        {
            await output.WriteLineAsync(Explained(id));
            return ExitCode.Ok;
        }
        var selection = new CheckSelection(Names(parse, Only), Names(parse, Ignore), parse.GetValue(Pre));
        if (selection.Unmatched(Catalogue.All) is [var wrong, ..])
        {
            throw Unknown(wrong);
        }
        if (parse.GetValue(Disk) is { } disk && !Directory.Exists(disk))
        {
            throw new CommandFault("doctor", $"--disk {disk}: no such directory", "name one on the disk that is to be measured", ExitCode.Usage);
        }
        var node = parse.GetValue(Node);
        var checks = selection.From(Catalogue.All);
        for (var round = 0; ; round++)
        {
            // A new one each round: pods and uplinks come and go, and it finds them once.
            using var host = ExaminedHost.Open(node, OptionsOf(parse), parse.GetValue(Socket));
            var report = await new Examination(host, new DoctorProgress(parse.InvocationConfiguration.Error)).RunAsync(checks, stop);
            // What programs read has the time in it, or is one line by contract.
            if (parse.GetValue(Watch) && parse.GetValue(Output) is ("table" or "short"))
            {
                new DoctorScreen(Screen.For(parse), VerdictMarks.OfEnvironment()).DrawRound(report, first: round == 0);
            }
            var code = await PrintAsync(report, parse);
            if (!parse.GetValue(Watch))
            {
                return code;
            }
            checks = [.. checks.Select(static c => (c.Check, c.Runs && !c.Check.Disturbs))];
            await Task.Delay(WatchInterval, stop);
        }
    }

    private static string Explained(string name) => Catalogue.Find(name) is { } check ? ReferencePage.Explain(check)
        : new CheckSelection([name], [], BeforeInstall: false).From(Catalogue.All) is { Count: > 0 } group
            ? $"{string.Join('\n', group.Select(static c => $"{c.Check.Id}  {c.Check.Title}"))}\n\nstraum doctor --explain {group[0].Check.Id} says more of one."
            : throw Unknown(name);

    private static async Task<int> PrintAsync(DoctorReport report, ParseResult parse)
    {
        var output = parse.InvocationConfiguration.Output;
        var screen = new DoctorScreen(Screen.For(parse), VerdictMarks.OfEnvironment());
        switch (parse.GetValue(Output))
        {
            case "json":
                using (var json = new MemoryStream())
                {
                    JsonReport.Write(report, json);
                    await output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(json.GetBuffer(), 0, (int)json.Length));
                }
                break;
            case "junit":
                JUnitReport.Write(report, output);
                await output.WriteLineAsync();
                break;
            case "npd":
                var (code, message) = NpdReport.Of(report);
                await output.WriteLineAsync(message);
                return code;
            case "short":
                screen.DrawShort(report);
                break;
            default:
                screen.DrawTable(report);
                break;
        }
        if (parse.GetValue(Output) is ("table" or "short"))
        {
            if (parse.GetValue(Node) is { } node)
            {
                screen.DrawNodeHint(node);
            }
            else if (parse.GetValue(Socket) is null && AgentSockets.Default.Nodes is [_, ..] nodes)
            {
                screen.DrawLabHint(nodes);
            }
        }
        return report.ExitCode;
    }

    private static DoctorOptions OptionsOf(ParseResult parse) =>
        new() { DiskPath = parse.GetValue(Disk) is { } disk ? Path.GetFullPath(disk) : null, Peers = parse.GetValue(Peer) ?? [], ClusterDns = parse.GetValue(ClusterDns)?.FirstOrDefault() };

    private static string[] Names(ParseResult parse, Option<string[]> option) =>
        [.. (parse.GetValue(option) ?? []).SelectMany(static n => n.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    private static CommandFault Unknown(string name)
    {
        var names = Catalogue.All.Select(static c => c.Id).Concat(Enum.GetNames<CheckGroup>().Select(static g => g.ToLowerInvariant()));
        return new CommandFault(
            "doctor", $"no check and no group is called {name}",
            NearestName.Find(name, names) is { } nearest ? $"did you mean {nearest}?" : "groups are " + string.Join(", ", Enum.GetNames<CheckGroup>()).ToLowerInvariant(),
            ExitCode.Usage);
    }

    private static IPAddress[]? ParseAddresses(System.CommandLine.Parsing.ArgumentResult result)
    {
        var addresses = new List<IPAddress>();
        foreach (var token in result.Tokens)
        {
            if (!AddressText.TryParse(token.Value, out var address))
            {
                result.AddError($"'{token.Value}' is no address");
                return null;
            }
            addresses.Add(address);
        }
        return [.. addresses];
    }
}
