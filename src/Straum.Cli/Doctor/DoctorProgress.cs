using Straum.Doctor;

namespace Straum.Cli.Doctor;

/// <summary>One moving line on stderr while checks run; nothing when that is no terminal.</summary>
internal sealed class DoctorProgress(TextWriter error) : IProgress<CheckProgress>
{
    private const string EraseLine = "\r\x1b[K";
    private readonly bool _terminal = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;

    public void Report(CheckProgress value)
    {
        if (_terminal)
        {
            error.Write(EraseLine + LineOf(value, Console.WindowWidth));
            error.Flush();
        }
    }

    /// <summary>What the line says; empty at the end.</summary>
    /// <param name="value">How far the run is.</param>
    /// <param name="width">The terminal's, 0 where that is unknown. A line that wraps is not erased by the next.</param>
    internal static string LineOf(CheckProgress value, int width)
    {
        var line = value.Waiting is { } next ? $"{value.Done}/{value.Total} checks, waiting for {next.Id}: {next.Title}" : "";
        // Some terminals wrap when the last column is written.
        return width <= 0 || line.Length < width ? line : line[..(width - 1)];
    }
}
