namespace Straum.Cli.Terminal;

/// <summary>What the exit code of every <c>straum</c> command means; part of the interface that scripts rely on.</summary>
internal static class ExitCode
{
    /// <summary>Done, and nothing is wrong.</summary>
    public const int Ok = 0;

    /// <summary>The command ran and found a problem, or could not do what was asked.</summary>
    public const int Problem = 1;

    /// <summary>The command line is wrong: unknown command, missing argument, bad value. Nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>The agent or the Kubernetes API did not answer, so nothing is known.</summary>
    public const int Unreachable = 3;

    /// <summary>Ended by Ctrl-C or SIGTERM before it was done, as shells have it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
