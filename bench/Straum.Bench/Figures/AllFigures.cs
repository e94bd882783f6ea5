namespace Straum.Bench.Figures;

/// <summary>In the order of the page.</summary>
internal static class AllFigures
{
    public static IReadOnlyList<IFigure> List { get; } =
    [
        new PodFigure(),
        new ServicesFigure(),
        new ConvergenceFigure("convergence", new ClusterSize(10_000, 2, 20_000), atOnce: 0.5, memory: 100, besidePeers: true),
        new ConvergenceFigure("scale", new ClusterSize(10_000, 10, 50_000), atOnce: null, memory: 150, besidePeers: false),
        new CniFigure(),
        new RestartFigure(),
    ];
}
