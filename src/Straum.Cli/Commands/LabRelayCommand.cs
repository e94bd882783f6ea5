using System.CommandLine;
using Straum.Cli.Terminal;
using Straum.Lab.Supervision;

namespace Straum.Cli.Commands;

/// <summary><c>straum lab relay</c>: the nodes' way to another cluster's API server. Started by <c>lab run</c>, not by people.</summary>
internal static class LabRelayCommand
{
    public static Command Create() => new Command("relay", "Pass the nodes' connections on to the API server (started by lab run)") { Hidden = true }.Does(static async (_, stop) =>
    {
        await ApiRelay.RunAsync(stop);
        return ExitCode.Ok;
    });
}
