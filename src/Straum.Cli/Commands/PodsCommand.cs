using System.CommandLine;
using Spectre.Console;
using Straum.Agent.LocalApi;
using Straum.Agent.LocalApi.Reports;
using Straum.Cli.Agents;
using Straum.Cli.Terminal;

namespace Straum.Cli.Commands;

/// <summary><c>straum pods</c>: the pods attached on a node. JSON: <see cref="PodsReport"/> per node.</summary>
internal static class PodsCommand
{
    public static Command Create() => ReportCommand.Create("pods", "Pods with their addresses and devices", LocalApiResources.Pods, Draw);

    private static void Draw(IAnsiConsole screen, IReadOnlyList<PodsReport> reports)
    {
        var table = new NodeTable("POD", "ADDRESSES", "DEVICE", "STATE", "KERNEL", "AGE");
        foreach (var report in reports)
        {
            foreach (var pod in report.Pods)
            {
                table.Add(report.Node, pod.Pod is "" ? pod.ContainerId : pod.Pod, string.Join(',', pod.Addresses), pod.Interface, pod.State, pod.InKernel ? "yes" : "no", Age.Of(pod.AgeSeconds));
            }
        }
        table.Draw(screen, "no pods");
    }
}
