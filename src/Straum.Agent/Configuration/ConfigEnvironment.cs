namespace Straum.Agent.Configuration;

/// <summary>What the process was started with, for the defaults that depend on it.</summary>
/// <param name="Variable">An environment variable, or null.</param>
/// <param name="HostName">Of this machine, in lower case as Kubernetes has it.</param>
/// <param name="ProgramFolder">Where the program lies.</param>
public sealed record ConfigEnvironment(Func<string, string?> Variable, string HostName, string ProgramFolder)
{
    /// <summary>This process.</summary>
    public static ConfigEnvironment OfProcess { get; } =
        new(Environment.GetEnvironmentVariable, Environment.MachineName.ToLowerInvariant(), AppContext.BaseDirectory);
}
