namespace Straum.Bench.Figures;

/// <summary>In the order of the page.</summary>
internal static class AllFigures
{
    public static IReadOnlyList<IFigure> List { get; } = [new PodFigure(), new ServicesFigure()];
}
