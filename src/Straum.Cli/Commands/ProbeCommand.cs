using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Text.Json;
using Straum.Cli.Terminal;
using Straum.Kubernetes.Decoding;
using Straum.Lab.Echo;

namespace Straum.Cli.Commands;

/// <summary>
/// <c>straum probe http|tcp|udp|connect ADDRESS:PORT…</c>: asks <c>straum echo</c> and prints what both ends saw.
/// JSON is one <see cref="ProbeReport"/> per line and target, in the order given.
/// </summary>
internal static class ProbeCommand
{
    private static readonly Argument<IPEndPoint[]> Targets = new("address:port")
    {
        Description = "Whom to ask: 10.96.0.10:80 or [fd96::a]:80; several are asked one after the other",
        Arity = ArgumentArity.OneOrMore,
        CustomParser = ParseTargets,
    };

    private static readonly Option<int> Count = new("--count", "-c") { Description = "Attempts per target, each on a new socket", DefaultValueFactory = static _ => 1 };
    private static readonly Option<double> Timeout = new("--timeout") { Description = "Seconds that one attempt may take", DefaultValueFactory = static _ => 2 };
    private static readonly Option<double> Interval = new("--interval") { Description = "Seconds between attempts", DefaultValueFactory = static _ => 0 };
    private static readonly Option<IPAddress?> Source = new("--source") { Description = "Ask from this local address", CustomParser = ParseAddress };
    private static readonly Option<int> Size = new("--size") { Description = "Ask for an answer of so many bytes" };
    private static readonly Option<int> Payload = new("--payload") { Description = "Send so many bytes (tcp, udp)" };
    private static readonly Option<bool> Unconnected = new("--unconnected") { Description = "udp: send from an unconnected socket" };
    private static readonly Option<bool> Json = new("--json") { Description = "The same as -o json" };
    private static readonly OutputOption Output = new();

    static ProbeCommand()
    {
        Count.Require(static n => n >= 1, "must be at least 1");
        Timeout.Require(static seconds => seconds is > 0 and <= 3600, "must be more than 0 and at most 3600 seconds");
        Interval.Require(static seconds => seconds is >= 0 and <= 3600, "must be 0 to 3600 seconds");
        Size.Require(static bytes => bytes is >= 0 and <= 65507, "must be 0 to 65507 bytes, what fits into a datagram");
        Payload.Require(static bytes => bytes is >= 0 and <= 65507, "must be 0 to 65507 bytes, what fits into a datagram");
    }

    public static Command Create() => new("probe", "Ask a server and print who answered, what both ends saw, and how long it took")
    {
        Sub("http", "GET / of straum echo", ProbeProtocol.Http, Size),
        Sub("tcp", "One line to straum echo", ProbeProtocol.Tcp, Size, Payload),
        Sub("udp", "One datagram to straum echo", ProbeProtocol.Udp, Size, Payload, Unconnected),
        Sub("connect", "Only the TCP handshake, with any server", ProbeProtocol.Connect),
    };

    private static Command Sub(string name, string description, ProbeProtocol protocol, params ReadOnlySpan<Option> own)
    {
        var command = new Command(name, description) { Targets, Count, Timeout, Interval, Source };
        foreach (var option in own)
        {
            command.Add(option);
        }
        command.Add(Output);
        command.Add(Json);
        command.SetAction((parse, stop) => RunAsync(protocol, parse, stop));
        return command;
    }

    private static async Task<int> RunAsync(ProbeProtocol protocol, ParseResult parse, CancellationToken stop)
    {
        var json = parse.GetValue(Json) || Output.IsJson(parse);
        var output = parse.InvocationConfiguration.Output;
        var complete = true;
        foreach (var target in parse.GetRequiredValue(Targets))
        {
            var report = await EchoProbe.RunAsync(SpecOf(protocol, target, parse), stop);
            complete &= report.IsComplete;
            await output.WriteLineAsync(json ? JsonSerializer.Serialize(report, EchoJson.Default.ProbeReport) : Describe(report));
        }
        return complete ? ExitCode.Ok : ExitCode.Problem;
    }

    private static ProbeSpec SpecOf(ProbeProtocol protocol, IPEndPoint target, ParseResult parse) => new(protocol, target)
    {
        Count = parse.GetValue(Count),
        Timeout = TimeSpan.FromSeconds(parse.GetValue(Timeout)),
        Interval = TimeSpan.FromSeconds(parse.GetValue(Interval)),
        Source = parse.GetValue(Source),
        AnswerSize = parse.GetValue(Size),
        RequestSize = parse.GetValue(Payload),
        Unconnected = parse.GetValue(Unconnected),
    };

    private static string Describe(ProbeReport report)
    {
        var text = $"{report.Protocol} {report.Target}: {report.Answered} of {report.Sent} answered";
        if (report.Pods.Count > 0)
        {
            text += " by " + string.Join(", ", report.Pods.Select(static p => $"{p.Key} ({p.Value})"));
        }
        if (report.Latency is { } latency)
        {
            text += $"; min/p50/max {latency.MinMicroseconds / 1000:0.00}/{latency.P50Microseconds / 1000:0.00}/{latency.MaxMicroseconds / 1000:0.00} ms";
            text += $"; here {report.Local} -> {report.Peer}";
        }
        if (report.Answer is { } answer)
        {
            text += $", there {new IPEndPoint(IPAddress.Parse(answer.Source), answer.SourcePort)} -> {new IPEndPoint(IPAddress.Parse(answer.Address), answer.Port)}";
        }
        return report.Errors.Count > 0 ? $"{text}; {string.Join(", ", report.Errors.Select(static e => $"{e.Key} ({e.Value})"))}" : text;
    }

    private static IPEndPoint[] ParseTargets(ArgumentResult result)
    {
        var targets = new List<IPEndPoint>(result.Tokens.Count);
        foreach (var token in result.Tokens)
        {
            if (EndPointText.Parse(token.Value, port: null) is { } target)
            {
                targets.Add(target);
            }
            else
            {
                result.AddError($"'{token.Value}' is not an address and port: 10.96.0.10:80 or [fd96::a]:80 is");
            }
        }
        return [.. targets];
    }

    private static IPAddress? ParseAddress(ArgumentResult result)
    {
        if (AddressText.TryParse(result.Tokens[0].Value, out var address))
        {
            return address;
        }
        result.AddError($"'{result.Tokens[0].Value}' is not an IP address");
        return null;
    }
}
