using System.CommandLine;

namespace Straum.Cli.Commands;

/// <summary><c>straum echo</c>: the sample workload of the lab.</summary>
internal static class EchoCommand
{
    public static Command Create() => new("echo", "Answer HTTP, TCP and UDP: who answered, reached at which address, from which source.");
}
