namespace Straum.Datapath.Programs;

/// <summary>A build in the kernel.</summary>
/// <param name="Generation">Its tables.</param>
/// <param name="Objects">Its programs.</param>
/// <param name="Pending">Null when the programs are in place. Else the former build's still run, and tables wait for intent.</param>
internal sealed record Installed(Generation Generation, LoadedObjects Objects, Exchange? Pending);
