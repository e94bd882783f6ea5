using Straum.Bench.Report;

namespace Straum.Bench.Figures;

/// <summary>One section of docs/benchmarks.md.</summary>
/// <remarks>How to add one: a file here, a line in <see cref="AllFigures"/>, a row in docs/benchmarks.md's list.</remarks>
internal interface IFigure
{
    /// <summary>As in <c>make bench BENCH=name</c>.</summary>
    string Name { get; }

    string Title { get; }

    /// <summary>Rounds that are enough for a steady median on a quiet machine; a round is what the figure takes for one.</summary>
    int Rounds { get; }

    /// <summary>
    /// Whether the benchmark and all that it starts run in real time, so that nothing else on the machine is measured. Not where
    /// what is measured waits for threads of the kernel, which do not: those would come after us.
    /// </summary>
    bool InRealTime { get; }

    /// <summary>Builds what it needs, measures, and removes it, also when it is stopped.</summary>
    /// <exception cref="BenchException">It cannot be measured here, or what it waited for was ended by <paramref name="stop"/>.</exception>
    Task<IReadOnlyList<FigureRow>> MeasureAsync(int rounds, Action<string> progress, CancellationToken stop);
}
