using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Spectre.Console;
using Straum.Cli.Terminal;
using Straum.Doctor.Bench;
using Straum.Doctor.Measuring;
using Straum.Linux;

namespace Straum.Cli.Commands;

/// <summary>
/// <c>straum bench node|disk|net|dns</c> measures and prints a <see cref="BenchRecord"/>; <c>bench serve</c> is the other end
/// of <c>net</c>; <c>bench diff A B</c> compares two saved records, exit code 1 when a figure got worse by more than
/// <c>--fail</c> percent.
/// </summary>
internal static class BenchCommand
{
    private const int Port = 5299;

    private static readonly Option<double> Seconds = new("--seconds") { Description = "How long each part is measured", HelpName = "n", DefaultValueFactory = static _ => 5 };
    private static readonly Option<string?> Save = new("--save") { Description = "Write the record to this file as well", HelpName = "file" };
    private static readonly OutputOption Output = new();

    static BenchCommand() => Seconds.Require(static seconds => seconds is >= 0.1 and <= 3600, "must be 0.1 to 3600 seconds");

    public static Command Create() => new("bench", "Measure this host: disk, network, DNS; compare two measurements")
    {
        Node(), Disk(), Net(), Serve(), Dns(), Diff(),
    };

    private static Command Node()
    {
        var directory = Directory();
        return Measuring("node", "Loopback TCP, the disk and DNS in one go", [directory], [],
            (parse, time, stop) => NodeBench.MeasureAsync(DirectoryOf(parse, directory), time, stop));
    }

    private static Command Disk()
    {
        var directory = Directory();
        return Measuring("disk", "Writes and syncs as etcd does", [directory], [],
            (parse, time, stop) => Task.Run(() => DiskBench.Measure(DirectoryOf(parse, directory), time, stop), stop));
    }

    private static Command Net()
    {
        var server = new Argument<IPEndPoint>("address") { Description = $"Where straum bench serve runs; port {Port} unless given", CustomParser = static r => ParseEndPoint(r, Port) };
        return Measuring("net", "TCP to a host that runs straum bench serve", [server], [],
            (parse, time, stop) => new NetClient(parse.GetValue(server)!, time).MeasureAsync("net", stop));
    }

    private static Command Dns()
    {
        var server = new Argument<IPEndPoint>("server") { Description = "A name server's address", CustomParser = static r => ParseEndPoint(r, 53) };
        var name = new Argument<string>("name") { Description = "What to ask for", DefaultValueFactory = static _ => "kubernetes.default.svc.cluster.local" };
        var atOnce = new Option<int>("--at-once") { Description = "Lookups under way at any time", HelpName = "n", DefaultValueFactory = static _ => 1 };
        atOnce.Require(static lookups => lookups is >= 1 and <= 1000, "must be 1 to 1000: each has a socket of its own");
        return Measuring("dns", "Lookups at one name server", [server, name], [atOnce],
            async (parse, time, stop) =>
            {
                var figures = await DnsBench.MeasureAsync(parse.GetValue(server)!, parse.GetValue(name)!, time, parse.GetValue(atOnce), stop);
                return figures.Any(static f => f is { Name: "dns.lookups", Value: > 0 }) ? figures : throw new IOException($"{parse.GetValue(server)} answered no lookup");
            });
    }

    private static Command Serve()
    {
        var port = new Option<int>("--port") { Description = "TCP port", HelpName = "n", DefaultValueFactory = static _ => Port };
        port.Require(static number => number is >= 0 and <= ushort.MaxValue, "a port is 0 to 65535");
        var command = new Command("serve", "Be the other end of straum bench net, until interrupted") { port };
        command.SetAction(async (parse, stop) =>
        {
            try
            {
                using var server = new NetServer(new IPEndPoint(IPAddress.IPv6Any, parse.GetValue(port)));
                await parse.InvocationConfiguration.Output.WriteLineAsync($"serving at port {server.Address.Port}");
                await server.RunAsync(stop);
            }
            catch (SocketException e)
            {
                throw new CommandFault($"bench serve at port {parse.GetValue(port)}", e.Message, "choose another with --port", inner: e);
            }
        });
        return command;
    }

    private static Command Diff()
    {
        var before = new Argument<FileInfo>("before") { Description = "A record saved earlier" };
        var after = new Argument<FileInfo>("after") { Description = "One saved later" };
        var fail = new Option<double?>("--fail") { Description = "Exit with 1 when a figure got worse by more percent", HelpName = "percent" };
        fail.Require(static percent => percent >= 0, "must be 0 or more percent");
        var command = new Command("diff", "Compare two saved records") { before, after, fail };
        command.SetAction(parse =>
        {
            var differences = BenchDifference.Of(Read(parse.GetValue(before)!), Read(parse.GetValue(after)!));
            var table = Screen.Columns("FIGURE", "BEFORE", "AFTER", "CHANGE");
            foreach (var difference in differences)
            {
                var colour = difference.WorsePercent switch { > 10 => "red", < -10 => "green", _ => "default" };
                table.AddRow(
                    Markup.Escape(difference.Name), Markup.Escape(Value(difference.Before, difference.Unit)), Markup.Escape(Value(difference.After, difference.Unit)),
                    $"[{colour}]{Change(difference)}[/]");
            }
            Screen.For(parse).Write(table);
            return parse.GetValue(fail) is { } limit && differences.Any(d => d.WorsePercent > limit) ? ExitCode.Problem : ExitCode.Ok;
        });
        return command;
    }

    private static Command Measuring(
        string name, string description, IEnumerable<Argument> arguments, IEnumerable<Option> options,
        Func<ParseResult, TimeSpan, CancellationToken, Task<IReadOnlyList<BenchFigure>>> measure)
    {
        var command = new Command(name, description) { Seconds, Save, Output };
        foreach (var argument in arguments)
        {
            command.Add(argument);
        }
        foreach (var option in options)
        {
            command.Add(option);
        }
        command.SetAction(async (parse, stop) =>
        {
            // Opened before there is anything to write: a measurement that took a minute is not lost for want of a place.
            using var save = parse.GetValue(Save) is { } path ? new ResultFile(path) : null;
            var time = DateTimeOffset.UtcNow;
            IReadOnlyList<BenchFigure> figures;
            try
            {
                figures = await measure(parse, TimeSpan.FromSeconds(parse.GetValue(Seconds)), stop);
            }
            catch (UnwritableDirectoryException e)
            {
                throw new CommandFault($"bench {name}", e.Message, e.IsRefused ? "name one that you may write to, or run it as root" : "name one on the disk to measure", inner: e);
            }
            catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or LinuxException)
            {
                throw new CommandFault($"bench {name}", UnexpectedFault.Why(e), name == "net" ? "is straum bench serve running there?" : UnexpectedFault.Fix(e), ExitCode.Unreachable, e);
            }
            var record = BenchRecord.OfThisMachine("straum " + string.Join(' ', parse.Tokens.Select(static t => t.Value)), time, figures);
            save?.Begin().Write(record.ToJson());
            await PrintAsync(record, parse);
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task PrintAsync(BenchRecord record, ParseResult parse)
    {
        if (Output.IsJson(parse))
        {
            await parse.InvocationConfiguration.Output.WriteLineAsync(Encoding.UTF8.GetString(record.ToJson()));
            return;
        }
        var table = Screen.Columns("FIGURE", "VALUE");
        foreach (var figure in record.Figures)
        {
            table.AddRow(Markup.Escape(figure.Name), Markup.Escape(Value(figure.Value, figure.Unit) + (figure.Note is { } note ? $" ({note})" : "")));
        }
        Screen.For(parse).Write(table);
    }

    private static Argument<string> Directory() => new("directory") { Description = "Where the disk is measured", DefaultValueFactory = static _ => "/var/lib" };

    private static string DirectoryOf(ParseResult parse, Argument<string> argument)
    {
        var directory = parse.GetRequiredValue(argument);
        UserFile.RequireDirectory(UsageFault.NameOf(parse), directory, "name one on the disk to measure");
        return directory;
    }

    private static string Change(BenchDifference difference) => difference.WorsePercent switch
    {
        null => "new",
        0 => "same",
        var worse when difference.After is null || double.IsInfinity(worse.Value) => difference.After is null ? "missing" : worse > 0 ? "worse" : "better",
        var worse => $"{Math.Abs(worse.Value).ToString("0.0", CultureInfo.InvariantCulture)} % {(worse > 0 ? "worse" : "better")}",
    };

    private static string Value(double? value, string unit) => value is null ? "" : unit switch
    {
        "bit/s" => string.Create(CultureInfo.InvariantCulture, $"{value / 1e9:0.00} Gbit/s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value:#,0.##} {unit}"),
    };

    private static BenchRecord Read(FileInfo file)
    {
        const string Expected = "a record that was made with straum bench … --save FILE";
        try
        {
            return BenchRecord.Parse(UserFile.Read(file.ToString(), File.ReadAllBytes, Expected));
        }
        catch (JsonException e)
        {
            throw new CommandFault($"read {file}", "it is no record of straum bench", $"name {Expected}", inner: e);
        }
    }

    private static IPEndPoint? ParseEndPoint(System.CommandLine.Parsing.ArgumentResult result, int port)
    {
        var text = result.Tokens[0].Value;
        if (EndPointText.Parse(text, port) is { } endPoint)
        {
            return endPoint;
        }
        result.AddError($"'{text}' is no address");
        return null;
    }
}
