using System.Diagnostics;
using Straum.Lab;
using Straum.Lab.Check;

namespace Straum.Cli.Commands;

/// <summary>
/// Shows the steps of <c>lab up</c> and <c>lab check</c>: a line for each that is done or must not be missed and, on a
/// terminal, one that moves for the present one. May be told from several threads.
/// </summary>
internal sealed class LabProgress(TextWriter output) : IProgress<LabStep>, IProgress<CheckProgress>
{
    private readonly bool _terminal = (ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected)
        || (ReferenceEquals(output, Console.Error) && !Console.IsErrorRedirected);

    private readonly Lock _writing = new();
    private long _started = Stopwatch.GetTimestamp();

    // Back to the first column, and erase to the end of the line.
    private string Erase => _terminal ? "\r\x1b[K" : "";

    public void Report(LabStep step)
    {
        if (step.Done)
        {
            var took = Stopwatch.GetElapsedTime(_started);
            _started = Stopwatch.GetTimestamp();
            Write($"{Erase}✓ {step.Name,-8} {step.Detail}  ({took.TotalSeconds:0.0} s)\n");
        }
        else if (step.Lasting)
        {
            Write($"{Erase}· {step.Name,-8} {step.Detail}\n");
        }
        else if (_terminal)
        {
            Write($"{Erase}… {step.Name,-8} {step.Detail}");
        }
    }

    public void Report(CheckProgress value)
    {
        if (_terminal)
        {
            var failed = value.Failed > 0 ? $", {value.Failed} with a wrong answer or none" : "";
            Write($"{Erase}… check    {value.Asked} of {value.Total} questions{failed}");
        }
    }

    /// <summary>Takes the moving line away, before something else is printed.</summary>
    public void Clear() => Write(Erase);

    private void Write(string text)
    {
        lock (_writing)
        {
            output.Write(text);
            output.Flush();
        }
    }
}
