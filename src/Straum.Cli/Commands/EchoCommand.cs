using System.CommandLine;
using System.Net.Sockets;
using Straum.Cli.Terminal;
using Straum.Lab.Echo;

namespace Straum.Cli.Commands;

/// <summary><c>straum echo</c>: the sample workload of the lab.</summary>
internal static class EchoCommand
{
    private static readonly Option<int[]> Http = Port("--http", "Answer HTTP on this port: / says who and where, /ready, /healthz");
    private static readonly Option<int[]> Tcp = Port("--tcp", "Answer every line on this TCP port");
    private static readonly Option<int[]> Udp = Port("--udp", "Answer every datagram on this port; size=BYTES in it asks for a large answer");

    private static readonly Option<double> Drain = new("--drain")
    {
        Description = "On SIGTERM, be not ready but keep serving for so long",
        HelpName = "seconds",
        DefaultValueFactory = static _ => 0,
    };

    static EchoCommand() => Drain.Require(static seconds => seconds is >= 0 and <= 3600, "must be 0 to 3600 seconds");

    public static Command Create()
    {
        var command = new Command("echo", "Answer HTTP, TCP and UDP: who answered, reached at which address, from which source")
        {
            Http, Tcp, Udp, Drain,
        };
        command.Validators.Add(static result =>
        {
            if (result.GetResult(Http) is null && result.GetResult(Tcp) is null && result.GetResult(Udp) is null)
            {
                result.AddError("No port is given: use --http, --tcp or --udp");
            }
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        await using var server = new EchoServer(EchoIdentity.FromEnvironment());
        var listening = new List<string>();
        Listen(parse.GetValue(Http), "http", server.ListenHttp);
        Listen(parse.GetValue(Tcp), "tcp", server.ListenTcp);
        Listen(parse.GetValue(Udp), "udp", server.ListenUdp);
        await parse.InvocationConfiguration.Output.WriteLineAsync($"straum echo: listening on {string.Join(", ", listening)}");
        await server.RunAsync(TimeSpan.FromSeconds(parse.GetValue(Drain)), stop);
        return ExitCode.Ok;

        void Listen(int[]? ports, string protocol, Func<int, int> listen)
        {
            foreach (var port in ports ?? [])
            {
                try
                {
                    listening.Add($"{protocol} {listen(port)}");
                }
                catch (SocketException e)
                {
                    throw new CommandFault($"listen on {protocol} port {port}", e.Message, "choose another port", inner: e);
                }
            }
        }
    }

    private static Option<int[]> Port(string name, string description)
    {
        var option = new Option<int[]>(name) { Description = description, HelpName = "port", AllowMultipleArgumentsPerToken = true };
        option.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens.Where(static t => !ushort.TryParse(t.Value, out _)))
            {
                result.AddError($"'{token.Value}' is not a port: 0-65535 is");
            }
        });
        return option;
    }
}
