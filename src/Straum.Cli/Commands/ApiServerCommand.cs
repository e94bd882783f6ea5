using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Logging;
using Straum.Cli.Terminal;
using Straum.Lab.ApiServer;

namespace Straum.Cli.Commands;

/// <summary><c>straum apiserver</c>: the embedded Kubernetes-compatible endpoint.</summary>
internal static class ApiServerCommand
{
    private static readonly Option<string> DataDirectory = new("--data-dir")
    {
        Description = "Where the objects, the certificate authority and the token are kept",
        HelpName = "directory",
        Required = true,
    };

    private static readonly Option<string?> Kubeconfig = new("--kubeconfig")
    {
        Description = "Write credentials for kubectl here (default: kubeconfig in the data directory)",
        HelpName = "file",
    };

    private static readonly Option<ListenAddress[]> Listen = new("--listen")
    {
        Description = "Loopback address and port, or netns:NAME/ADDR:PORT inside a network namespace; repeatable; port 0 takes a free one",
        HelpName = "address",
        CustomParser = static result => [.. result.Tokens.Select(token =>
        {
            if (!ListenAddress.TryParse(token.Value, out var address, out var problem))
            {
                result.AddError(problem);
            }
            return address!;
        })],
        DefaultValueFactory = static _ => [new ListenAddress(null, new IPEndPoint(IPAddress.Loopback, 6443))],
    };

    private static readonly Option<IPNetwork[]> ServiceRanges = new("--service-cidr")
    {
        Description = "Ranges of ClusterIPs, comma-separated: one, or one of each family with the preferred one first",
        HelpName = "cidr,cidr",
        CustomParser = static result =>
        {
            var ranges = new List<IPNetwork>();
            foreach (var text in result.Tokens.SelectMany(static token => token.Value.Split(',')))
            {
                if (IPNetwork.TryParse(text, out var range))
                {
                    ranges.Add(range);
                }
                else
                {
                    result.AddError($"'{text}' is not a CIDR range");
                }
            }
            return [.. ranges];
        },
        DefaultValueFactory = static _ => [IPNetwork.Parse("10.96.0.0/16"), IPNetwork.Parse("fd96::/112")],
    };

    private static readonly Option<string?> PodLogs = new("--pod-logs")
    {
        Description = "Where the output of pods is kept, as NAMESPACE/POD/CONTAINER.log, for kubectl logs",
        HelpName = "directory",
    };

    private static readonly Option<ControllerSet> Controllers = new("--controllers")
    {
        Description = $"Controllers to run: * for all, -NAME for not; there are {string.Join(", ", ControllerSet.Known)}",
        HelpName = "list",
        CustomParser = static result =>
        {
            if (!ControllerSet.TryParse(string.Join(',', result.Tokens.Select(static token => token.Value)), out var set, out var problem))
            {
                result.AddError(problem);
            }
            return set ?? ControllerSet.None;
        },
        DefaultValueFactory = static _ => ControllerSet.All,
    };

    private static readonly Option<bool> Faults = new("--faults")
    {
        Description = "Let whoever has the token make the server fail, at /straum/faults: for tests",
    };

    public static Command Create()
    {
        var command = new Command("apiserver", "Serve the Kubernetes API from this machine: kubectl works against it, objects survive a crash")
        {
            DataDirectory, Kubeconfig, Listen, ServiceRanges, Controllers, PodLogs, Faults,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        var data = parse.GetRequiredValue(DataDirectory);
        var options = new ApiServerOptions
        {
            DataDirectory = data,
            Kubeconfig = parse.GetValue(Kubeconfig) ?? Path.Combine(data, "kubeconfig"),
            Listen = parse.GetRequiredValue(Listen),
            ServiceRanges = parse.GetRequiredValue(ServiceRanges),
            Controllers = parse.GetRequiredValue(Controllers),
            PodLogs = parse.GetValue(PodLogs),
            Faults = parse.GetValue(Faults),
        };
        using var loggers = LoggerFactory.Create(logging => logging
            .SetMinimumLevel(LogLevel.Warning)
            .AddLogLines());
        try
        {
            await using var server = await EmbeddedApiServer.StartAsync(options, loggers);
            await parse.InvocationConfiguration.Output.WriteLineAsync(
                $"straum apiserver: listening on {string.Join(", ", server.EndPoints)}; KUBECONFIG={options.Kubeconfig}");
            await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return ExitCode.Ok;
        }
        catch (ApiServerException e)
        {
            throw new CommandFault("start the API server", e.Message, "see straum apiserver --help", inner: e);
        }
    }
}
