using System.CommandLine;
using System.Diagnostics;
using Straum.Agent.Configuration;
using Straum.Cli.Terminal;
using Straum.Lab;
using Straum.Lab.Supervision;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab up</c>: builds the cluster, shows how far it is, and then what reaches what.</summary>
internal static class LabUpCommand
{
    private static readonly Option<int> Nodes = NodesOption();
    private static readonly Option<string> Mode = ModeOption();

    private static readonly Option<string?> Kubeconfig = new("--kubeconfig")
    {
        Description = "Use the API server and the controllers of this cluster, instead of our own",
        HelpName = "file",
    };

    private static readonly Option<string?> Config = new("--config")
    {
        Description = "A straum.yaml for the agents; what only the lab can know is left out of it, and said",
        HelpName = "file",
    };

    private static readonly Option<bool> NoSample = new("--no-sample") { Description = "Do not apply the sample application (and so do not check either)" };
    private static readonly Option<bool> NoCheck = new("--no-check") { Description = "Do not check what reaches what" };

    public static Command Create() => new Command("up", "Build the cluster, apply the sample application, check what reaches what")
    {
        Nodes, Mode, Kubeconfig, Config, NoSample, NoCheck,
    }.Does(RunAsync);

    private static Option<int> NodesOption()
    {
        var option = new Option<int>("--nodes", "-n") { Description = "Number of nodes", DefaultValueFactory = static _ => 3 };
        option.Require(static nodes => nodes is >= 1 and <= LabSpec.MaxNodes, $"a lab has 1 to {LabSpec.MaxNodes} nodes");
        return option;
    }

    private static Option<string> ModeOption()
    {
        var option = new Option<string>("--mode")
        {
            Description = "How pod traffic crosses between nodes",
            HelpName = "native|vxlan",
            DefaultValueFactory = static _ => "native",
        };
        option.AcceptOnlyFromAmong("native", "vxlan");
        return option;
    }

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        var output = parse.InvocationConfiguration.Output;
        if (SpecOf(parse, output, parse.InvocationConfiguration.Error) is not { } spec)
        {
            return ExitCode.Problem;
        }
        var sample = !parse.GetValue(NoSample);

        var progress = new LabProgress(output);
        var lab = new LabCluster(LabCommand.Paths);
        try
        {
            if (!await lab.UpAsync(spec, sample, progress, stop))
            {
                await output.WriteLineAsync($"A lab of {spec} is running already.");
            }
        }
        catch (OperationCanceledException e)
        {
            progress.Clear();
            throw lab.HasBegun
                ? new CommandFault("lab up", "interrupted", "straum lab up goes on from here, straum lab down removes what is there", ExitCode.Interrupted, e)
                : new CommandFault("lab up", "interrupted before anything was built", exitCode: ExitCode.Interrupted, inner: e);
        }
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (!sample || parse.GetValue(NoCheck))
        {
            await output.WriteLineAsync($"The lab of {spec} is up ({seconds:0.0} s). Next: {ProgramName.AsTyped} lab kubectl get pods -o wide");
            return ExitCode.Ok;
        }
        var report = await LabCheckCommand.CheckAsync(progress, stop);
        LabCheckScreen.Draw(Screen.For(parse), report, seconds);
        return report.IsGood ? ExitCode.Ok : ExitCode.Problem;
    }

    /// <summary>What a command line asks for; null after the faults of its straum.yaml have been written to <paramref name="error"/>.</summary>
    internal static LabSpec? SpecOf(ParseResult parse, TextWriter output, TextWriter error)
    {
        var spec = new LabSpec
        {
            Nodes = parse.GetValue(Nodes),
            Mode = Enum.Parse<LabMode>(parse.GetRequiredValue(Mode), ignoreCase: true),
            Kubeconfig = parse.GetValue(Kubeconfig) is { } file ? Path.GetFullPath(file) : null,
        };
        return parse.GetValue(Config) is not { } configuration ? spec
            : ConfigFile.Read(configuration, error) is { } config ? Configure(spec, config, parse.GetResult(Mode) is { Implicit: false }, output)
            : null;
    }

    /// <summary>The lab with a straum.yaml; says of each key that is left out of it why.</summary>
    private static LabSpec Configure(LabSpec spec, EffectiveConfig config, bool hasMode, TextWriter output)
    {
        var written = config.Written.ToList();
        if (written.Exists(static v => v.Key == "routing.mode"))
        {
            var mode = config.Options.Routing.Mode == RoutingMode.Vxlan ? LabMode.Vxlan : LabMode.Native;
            if (hasMode && mode != spec.Mode)
            {
                throw new CommandFault("lab up", $"--mode {spec.Mode.ToString().ToLowerInvariant()}, and {config.Origins["routing.mode"].Text} says {mode.ToString().ToLowerInvariant()}", "leave one of them out", ExitCode.Usage);
            }
            spec = spec with { Mode = mode };
        }
        var kept = new List<string>();
        foreach (var value in written.Where(static v => v.Key != "routing.mode"))
        {
            if (AgentSettings.WhyOwn(value.Key, value.Value) is { } why)
            {
                output.WriteLine($"left out: {value.Key}: {value.Value} ({value.Origin}): {why}");
            }
            else
            {
                kept.Add(value.Key);
            }
        }
        return kept.Count == 0 ? spec : spec with { Configuration = config.Print(kept, "From `straum lab up --config`.") };
    }
}
