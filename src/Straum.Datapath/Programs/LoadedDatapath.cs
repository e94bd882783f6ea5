using Straum.Datapath.Conntrack;
using Straum.Datapath.Tables;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>
/// Tables and programs as loaded. Disposing lets go of the file descriptors only: what is pinned stays, so
/// traffic does not notice.
/// </summary>
public sealed class LoadedDatapath : IDisposable
{
    private readonly IReadOnlyList<BpfObject> _objects;

    internal LoadedDatapath(PinLayout pins, DatapathTables tables, DatapathPrograms programs, IReadOnlyList<BpfObject> objects)
    {
        Pins = pins;
        Tables = tables;
        Programs = programs;
        _objects = objects;
    }

    public PinLayout Pins { get; }

    public DatapathTables Tables { get; }

    public DatapathPrograms Programs { get; }

    /// <summary>What expires flows on this kernel.</summary>
    public IConntrackSweeper Sweeper => Programs.Sweep is { } sweep ? new KernelSweeper(sweep) : new UserSpaceSweeper(Tables.Conntrack);

    public void Dispose()
    {
        Tables.Dispose();
        foreach (var loaded in _objects)
        {
            loaded.Dispose();
        }
    }
}
