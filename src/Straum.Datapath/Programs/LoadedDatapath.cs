using Straum.Datapath.Conntrack;
using Straum.Datapath.Tables;

namespace Straum.Datapath.Programs;

/// <summary>
/// Tables and programs as loaded. Both change when tables grow: who uses them inside <see cref="Use"/> sees one set
/// throughout. Disposing lets go of the file descriptors only: what is pinned stays, so traffic does not notice.
/// </summary>
public sealed class LoadedDatapath : IDisposable
{
    private readonly Installation _installation;
    private readonly ReaderWriterLockSlim _lock = new(LockRecursionPolicy.SupportsRecursion);

    // Of sets that are no longer in use: a reader may hold their memory still.
    private readonly List<DatapathTables> _retired = [];
    private Installed _installed;
    private DatapathTables _tables;

    internal LoadedDatapath(PinLayout pins, Installation installation, Installed installed)
    {
        Pins = pins;
        _installation = installation;
        _installed = installed;
        _tables = Open(installed.Generation);
    }

    public PinLayout Pins { get; }

    public DatapathTables Tables => Volatile.Read(ref _tables);

    public DatapathPrograms Programs => Volatile.Read(ref _installed).Objects.Programs;

    /// <summary>What expires flows on this kernel.</summary>
    public IConntrackSweeper Sweeper => Programs.Sweep is { } sweep ? new KernelSweeper(sweep) : new UserSpaceSweeper(Tables.Conntrack);

    /// <summary>
    /// The programs in place are still another build's, and the tables named here are empty: neither could be converted.
    /// They are to be filled from intent, and then <see cref="TakeOver"/> called. Empty when everything is in place.
    /// </summary>
    public IReadOnlyList<string> MissingTables => _installed.Pending?.Missing ?? [];

    /// <summary>Whether attached programs are another build's, to be left alone until <see cref="TakeOver"/>.</summary>
    public bool IsTakeOverPending => _installed.Pending is not null;

    /// <summary>The tables are complete: puts this build's programs in place of the former one's. Nothing when they are.</summary>
    public void TakeOver()
    {
        _lock.EnterWriteLock();
        try
        {
            if (_installed.Pending is { } exchange)
            {
                _installed = new Installed(_installed.Generation, Exchanging(exchange.Complete), null);
            }
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>
    /// Gives tables more room, under traffic: larger ones are made and filled, and the programs change over to them. Nobody
    /// writes the tables meanwhile; what was learnt from the former ones (capacities, positions) has to be learnt again.
    /// </summary>
    /// <exception cref="Straum.Linux.LinuxException">The kernel refused, for want of memory, or the objects were replaced by another build's: everything is as it was.</exception>
    /// <exception cref="FileNotFoundException">The objects are gone: everything is as it was.</exception>
    /// <exception cref="ExchangeUnfinishedException">It failed half-way: this agent's tables are not those in use any more, and it must end. The next one finishes the exchange.</exception>
    /// <param name="sizes">Of the tables to be.</param>
    /// <param name="learn">Learns it again.</param>
    public void Grow(TableSizes sizes, Action learn)
    {
        _lock.EnterWriteLock();
        try
        {
            Exchanging(() =>
            {
                Grow(sizes);
                learn();
                return true;
            });
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    /// <summary>Runs something that reads or writes several tables, or programs, of one set. Any number at once.</summary>
    public T Use<T>(Func<T> action)
    {
        _lock.EnterReadLock();
        try
        {
            return action();
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    /// <inheritdoc cref="Use{T}"/>
    public void Use(Action action) => Use(() =>
    {
        action();
        return true;
    });

    public void Dispose()
    {
        Tables.Dispose();
        _retired.ForEach(t => t.Dispose());
        _installed.Objects.Dispose();
        _lock.Dispose();
    }

    /// <summary>Where a table is pinned now.</summary>
    internal string PinOf(string table) => _installed.Generation.Map(table);

    private void Grow(TableSizes sizes)
    {
        var former = _installed;
        var grown = _installation.Run(sizes, former.Generation.Schema);
        if (grown.Generation == former.Generation)
        {
            grown.Objects.Dispose();
            return;
        }
        _installed = grown;
        former.Objects.Dispose();
        _retired.Add(_tables);
        Volatile.Write(ref _tables, Open(grown.Generation));
    }

    // What fails before the mark leaves all as it was; what fails after it has changed what is in use.
    private T Exchanging<T>(Func<T> exchange)
    {
        var before = Pins.Current();
        try
        {
            return exchange();
        }
        catch (Exception e) when (Pins.Current() != before)
        {
            throw new ExchangeUnfinishedException(e);
        }
    }

    private static DatapathTables Open(Generation generation) => new(map => Linux.Bpf.BpfMap.OpenPinned(generation.Map(map.Name)));
}
