namespace Straum.Doctor.Hosts;

/// <summary>What a program of the host said.</summary>
public sealed record ToolOutput(int ExitCode, string Output, string Error);
