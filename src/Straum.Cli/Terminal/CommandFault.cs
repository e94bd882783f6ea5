namespace Straum.Cli.Terminal;

/// <summary>
/// Ends a command with one line on stderr, <c>straum: what: why (fix)</c>, and an exit code.
/// </summary>
internal sealed class CommandFault : Exception
{
    /// <param name="what">What was being done, and on which object: <c>read /etc/straum.yaml</c>.</param>
    /// <param name="why">What went wrong, in the words of whoever refused: <c>permission denied</c>.</param>
    /// <param name="fix">What the user can do about it; null when there is nothing useful to say.</param>
    /// <param name="exitCode">One of <see cref="Terminal.ExitCode"/>.</param>
    /// <param name="inner">The exception behind it, for a debugger.</param>
    public CommandFault(string what, string why, string? fix = null, int exitCode = Terminal.ExitCode.Problem, Exception? inner = null)
        : base(fix is null ? $"straum: {what}: {why}" : $"straum: {what}: {why} ({fix})", inner) => ExitCode = exitCode;

    public int ExitCode { get; }
}
