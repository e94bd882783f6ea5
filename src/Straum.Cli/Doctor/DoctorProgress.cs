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
            error.Write(value.Waiting is { } next ? $"{EraseLine}{value.Done}/{value.Total} checks, waiting for {next.Id}: {next.Title}" : EraseLine);
            error.Flush();
        }
    }
}
