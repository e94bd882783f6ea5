using System.CommandLine;
using System.Diagnostics;
using Straum.Cli.Terminal;
using Straum.Lab;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab up</c>: builds the cluster, shows how far it is, and then what reaches what.</summary>
internal static class LabUpCommand
{
    private static readonly Option<int> Nodes = new("--nodes", "-n") { Description = "Number of nodes", DefaultValueFactory = static _ => 3 };

    private static readonly Option<LabMode> Mode = new("--mode")
    {
        Description = "How pod traffic crosses between nodes",
        HelpName = "native|vxlan",
        DefaultValueFactory = static _ => LabMode.Native,
    };

    private static readonly Option<string?> Kubeconfig = new("--kubeconfig")
    {
        Description = "Use the API server and the controllers of this cluster, instead of our own",
        HelpName = "file",
    };

    private static readonly Option<bool> NoSample = new("--no-sample") { Description = "Do not apply the sample application (and so do not check either)" };
    private static readonly Option<bool> NoCheck = new("--no-check") { Description = "Do not check what reaches what" };

    public static Command Create() => new Command("up", "Build the cluster, apply the sample application, check what reaches what")
    {
        Nodes, Mode, Kubeconfig, NoSample, NoCheck,
    }.Does(RunAsync);

    private static async Task<int> RunAsync(ParseResult parse, CancellationToken stop)
    {
        var started = Stopwatch.GetTimestamp();
        var output = parse.InvocationConfiguration.Output;
        var spec = new LabSpec
        {
            Nodes = parse.GetValue(Nodes),
            Mode = parse.GetValue(Mode),
            Kubeconfig = parse.GetValue(Kubeconfig) is { } file ? Path.GetFullPath(file) : null,
        };
        var sample = !parse.GetValue(NoSample);

        var progress = new LabProgress(output);
        if (!await new LabCluster(LabCommand.Paths).UpAsync(spec, sample, progress, stop))
        {
            await output.WriteLineAsync($"A lab of {spec} is running already.");
        }
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (!sample || parse.GetValue(NoCheck))
        {
            await output.WriteLineAsync($"The lab of {spec} is up ({seconds:0.0} s). Next: straum lab kubectl get pods -o wide");
            return ExitCode.Ok;
        }
        var report = await LabCheckCommand.CheckAsync(progress, stop);
        LabCheckScreen.Draw(Screen.For(parse), report, seconds);
        return report.IsGood ? ExitCode.Ok : ExitCode.Problem;
    }
}
