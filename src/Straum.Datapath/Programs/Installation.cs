using Straum.Datapath.Layouts;
using Straum.Datapath.Tables;
using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>
/// Brings a set of tables and the programs over it into the kernel, and whatever lives in the set before it. A table whose
/// layout and size are the same is the same table; any other is made anew and filled from the former one by field names.
/// docs/adr/0006 tells why flows survive it.
/// </summary>
/// <param name="options">This build's objects.</param>
/// <param name="pins">Where sets and links are.</param>
/// <param name="before">Told of each step before it is made. What it throws ends the installation there, as being killed would.</param>
internal sealed class Installation(LoaderOptions options, PinLayout pins, Action<string>? before = null)
{
    private PinnedLinks? _links;

    // Worth keeping, and not worth waiting for.
    private static readonly string[] Statistics = ["drops", "counters"];

    // Complete, or programs must not run over it.
    private static bool IsFromIntent(MapDefinition table) => !FormerSets.IsMadeByPrograms(table.Name) && !Statistics.Contains(table.Name);

    // Made for one set: what is in them concerns its programs only.
    private static bool IsOwn(MapDefinition table) => table.Type == BpfMapType.ProgramArray || table.Name is "handover" or "scratch";

    /// <summary>
    /// Loads this build. Without a set of another layout or size the programs are in place on return; else that is
    /// <see cref="Exchange"/>'s, which may first need tables that only intent can fill. An exchange that another process did not
    /// finish is finished, or taken up into this one: nothing of it goes before no program needs it.
    /// </summary>
    /// <exception cref="FileNotFoundException">An object file is missing.</exception>
    /// <param name="sizes">What tables shall have room for at least.</param>
    /// <param name="schema">The only one that will do; null for whatever this build has.</param>
    /// <exception cref="LinuxException">The kernel refused, or the objects are another build's.</exception>
    public Installed Run(TableSizes sizes, string? schema = null)
    {
        Directory.CreateDirectory(pins.Links);
        _links = new PinnedLinks(pins, ProvisionalFilters.SettleAll(pins, options.Warn), before);
        var current = pins.Current();
        RemoveUnfinished(current);
        using var files = ObjectFiles.Open(options);
        if (schema is not null && schema != files.Schema)
        {
            throw new LinuxException("object load", options.ObjectDirectory, Errno.ESTALE,
                "the BPF objects are another build's by now; its agent, once it is started, takes over");
        }
        if (current is null)
        {
            return Begin(files, sizes);
        }
        using (var left = current.TryOpen(FormerSets.Flows))
        {
            if (left is not null && current.Schema == files.Schema)
            {
                Resume(current, left);
            }
            else if (left is not null && Exchange.DoFlowsBeginIn(current))
            {
                Exchange.FinishCopy(pins, current, before, options.Warn);
            }
        }
        return current.Schema == files.Schema && Fits(files, current, sizes) ? Adopt(files, current, sizes) : Follow(files, current, sizes);
    }

    /// <summary>Programs without a way to former ones, over a set that is complete.</summary>
    internal LoadedObjects LoadOver(Generation generation)
    {
        using var files = ObjectFiles.Open(options);
        before?.Invoke("load programs that know one table");
        return files.Load(table => Place(table, generation, null, null, new TableSizes()), hasFormer: false);
    }

    // An agent of this build ended in the middle of an exchange. Before flows may begin in the next table every program must
    // know it, also those that the agent did not come to replace.
    private void Resume(Generation current, BpfMap formerFlows)
    {
        using var files = ObjectFiles.Open(options);
        var objects = files.Load(table =>
        {
            if (table.Name == FormerSets.Flows)
            {
                table.UseKeysOf(formerFlows);
                return;
            }
            Place(table, current, null, null, new TableSizes());
        }, hasFormer: true);
        Finish(new Exchange(this, pins, _links!, current, objects, [], current.Map(FormerSets.Flows), before, options.Warn), objects).Dispose();
    }

    private Installed Begin(ObjectFiles files, TableSizes sizes)
    {
        var generation = pins.Next(files.Schema);
        var objects = files.Load(table => Place(table, generation, null, null, sizes), hasFormer: false);
        generation.MarkReady();
        return new Installed(generation, objects, null);
    }

    private Installed Adopt(ObjectFiles files, Generation current, TableSizes sizes)
    {
        var objects = files.Load(table => Place(table, current, null, null, sizes), hasFormer: false);
        return new Installed(current, Finish(new Exchange(this, pins, _links!, current, objects, [], null, before, options.Warn), objects), null);
    }

    private static LoadedObjects Finish(Exchange exchange, LoadedObjects objects)
    {
        try
        {
            return exchange.Finish();
        }
        catch
        {
            objects.Dispose();
            throw;
        }
    }

    private Installed Follow(ObjectFiles files, Generation former, TableSizes sizes)
    {
        var generation = pins.Next(files.Schema);
        // Cut off before flows began in the set's own table: they are all in the one before it, and handed over from there.
        var formerFlows = former.Map(Exchange.DoFlowsBeginIn(former) ? FormerSets.Conntrack : FormerSets.Flows);
        using var flows = BpfMap.TryOpenPinned(formerFlows);
        var declared = files.Tables.Single(t => t.Name == FormerSets.Conntrack);
        var handsOver = flows is not null && !IsSame(declared, flows, sizes) && flows.Info.KeySize == declared.KeySize && flows.Info.Type == declared.Type
            && declared.Layout?.Key.Equals(flows.Info.ReadLayout()?.Key) == true;
        before?.Invoke("make a set");
        var objects = files.Load(table =>
        {
            if (handsOver && table.Name == FormerSets.Flows)
            {
                table.UseKeysOf(flows!);
                return;
            }
            Place(table, generation, former, flows, sizes);
        }, handsOver);

        try
        {
            return Fill(files, former, generation, objects, handsOver ? formerFlows : null);
        }
        catch
        {
            objects.Dispose();
            throw;
        }
    }

    private Installed Fill(ObjectFiles files, Generation former, Generation generation, LoadedObjects objects, string? formerFlows)
    {
        var missing = new List<string>();
        foreach (var table in files.Tables.Where(t => !IsOwn(t) && t.Name != FormerSets.Flows && !FormerSets.IsMadeByPrograms(t.Name)))
        {
            switch (TableCopy.Between(former.Map(table.Name), generation.Map(table.Name)))
            {
                case { IsSame: true }:
                    break;
                case { IsPossible: true } copy:
                    before?.Invoke($"fill {table.Name}");
                    if (copy.Run(keep: false) > 0 && IsFromIntent(table))
                    {
                        missing.Add(table.Name);
                    }
                    break;
                case var _ when IsFromIntent(table):
                    missing.Add(table.Name);
                    break;
                default:
                    break;
            }
        }
        // The first copy of flows that are handed over is the last one: nothing is added to them then.
        new FormerSets(pins, generation, before, options.Warn).Copy(except: formerFlows is null ? [] : [FormerSets.Conntrack]);
        var exchange = new Exchange(this, pins, _links!, generation, objects, missing, formerFlows, before, options.Warn);
        if (missing.Count > 0)
        {
            return new Installed(generation, objects, exchange);
        }
        return new Installed(generation, exchange.Complete(), null);
    }

    private static void Place(MapDefinition table, Generation generation, Generation? former, BpfMap? formerFlows, TableSizes sizes)
    {
        if (table.Name == FormerSets.Flows)
        {
            return; // an empty one of its own: no program looks into it
        }
        // Made by the first object that declares it, taken over by the others.
        using var made = generation.TryOpen(table.Name);
        if (made is not null)
        {
            table.Reuse(made);
            return;
        }
        using var opened = table.Name == FormerSets.Conntrack ? null : former?.TryOpen(table.Name);
        var existing = table.Name == FormerSets.Conntrack ? formerFlows : opened;
        if (existing is not null && !IsOwn(table) && IsSame(table, existing, sizes))
        {
            existing.Pin(generation.Map(table.Name));
            table.Reuse(existing);
            return;
        }
        table.SetMaxEntries(SizeOf(table, existing, sizes));
        table.SetPinPath(generation.Map(table.Name));
    }

    // A table never shrinks: what is in it must have room.
    private static int SizeOf(MapDefinition table, BpfMap? before, TableSizes sizes) =>
        sizes.Of(table.Name) is { } wanted ? Math.Max((int)wanted, before?.Info.MaxEntries ?? 0) : table.MaxEntries;

    private static bool IsSame(MapDefinition table, BpfMap before, TableSizes sizes) =>
        (before.Info.Type, before.Info.Flags, before.Info.KeySize, before.Info.ValueSize) == (table.Type, table.Flags, table.KeySize, table.ValueSize)
        && before.Info.MaxEntries == SizeOf(table, before, sizes) && Equals(before.Info.ReadLayout(), table.Layout);

    private static bool Fits(ObjectFiles files, Generation current, TableSizes sizes) => files.Tables.Where(t => !IsOwn(t) && t.Name != FormerSets.Flows).All(table =>
    {
        using var map = current.TryOpen(table.Name);
        return map is not null && map.Info.MaxEntries == SizeOf(table, map, sizes);
    });

    // An agent ended while it made a set: no program is over it.
    private void RemoveUnfinished(Generation? current)
    {
        foreach (var generation in pins.Generations().Where(g => current is null || g.Number > current.Number))
        {
            generation.Remove();
        }
    }
}
