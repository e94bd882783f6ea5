using System.Diagnostics;
using Straum.Lab;

namespace Straum.Cli.Commands;

/// <summary>Shows the steps of <c>lab up</c>: a line for each that is done or must not be missed and, on a terminal, one that moves for the present one.</summary>
internal sealed class LabProgress(TextWriter output) : IProgress<LabStep>
{
    private readonly bool _terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
    private long _started = Stopwatch.GetTimestamp();

    public void Report(LabStep step)
    {
        if (step.Done)
        {
            var took = Stopwatch.GetElapsedTime(_started);
            _started = Stopwatch.GetTimestamp();
            output.WriteLine($"{Clear}✓ {step.Name,-8} {step.Detail}  ({took.TotalSeconds:0.0} s)");
        }
        else if (step.Lasting)
        {
            output.WriteLine($"{Clear}· {step.Name,-8} {step.Detail}");
        }
        else if (_terminal)
        {
            output.Write($"{Clear}… {step.Name,-8} {step.Detail}");
        }
        output.Flush();
    }

    // Back to the first column, and erase to the end of the line.
    private string Clear => _terminal ? "\r\x1b[K" : "";
}
