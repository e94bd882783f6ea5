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
internal sealed class Installation(LoaderOptions options, PinLayout pins)
{
    private const string Conntrack = "conntrack";

    // Entries that programs make. They go on doing so while tables are exchanged, so these are copied again at the end.
    private static readonly string[] MadeByPrograms = [Conntrack, "sockets", "fragments"];

    // Worth keeping, and not worth waiting for.
    private static readonly string[] Statistics = ["drops", "counters"];

    // Complete, or programs must not run over it.
    private static bool IsFromIntent(MapDefinition table) => !MadeByPrograms.Contains(table.Name) && !Statistics.Contains(table.Name);

    // Made for one set: what is in them concerns its programs only.
    private static bool IsOwn(MapDefinition table) => table.Type == BpfMapType.ProgramArray || table.Name is "handover" or "scratch";

    /// <summary>
    /// Loads this build. Without a set of another layout or size the programs are in place on return; else that is
    /// <see cref="Exchange"/>'s, which may first need tables that only intent can fill.
    /// </summary>
    /// <exception cref="FileNotFoundException">An object file is missing.</exception>
    /// <param name="sizes">What tables shall have room for at least.</param>
    /// <param name="schema">The only one that will do; null for whatever this build has.</param>
    /// <exception cref="LinuxException">The kernel refused, or the objects are another build's.</exception>
    public Installed Run(TableSizes sizes, string? schema = null)
    {
        Directory.CreateDirectory(pins.Links);
        ProvisionalFilters.SettleAll(pins);
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
        using var left = current.TryOpen(Exchange.FormerFlows);
        if (left is null && current.Schema == files.Schema && Fits(files, current, sizes))
        {
            return Adopt(files, current, sizes);
        }
        if (left is not null)
        {
            Resume(current, left, files.Schema);
        }
        var installed = Follow(files, current, sizes);
        if (left is not null && installed.Pending is null)
        {
            // Where even the programs were not all in place, flows went on beginning in the former table.
            Exchange.FinishCopy(installed.Generation, left);
        }
        return installed;
    }

    /// <summary>Programs without a way to former ones, over a set that is complete.</summary>
    internal LoadedObjects LoadOver(Generation generation)
    {
        using var files = ObjectFiles.Open(options);
        return files.Load(table => Place(table, generation, null, new TableSizes()), hasFormer: false);
    }

    // An agent ended in the middle of an exchange. Before flows may begin in the next table every program must know it, also
    // those that the agent did not come to replace. Another build has no programs for it: there the copying is all that is left.
    private void Resume(Generation current, BpfMap formerFlows, string schema)
    {
        if (current.Schema == schema)
        {
            using var files = ObjectFiles.Open(options);
            using var objects = files.Load(table =>
            {
                if (table.Name == Exchange.FormerFlows)
                {
                    table.UseKeysOf(formerFlows);
                    return;
                }
                Place(table, current, null, new TableSizes());
            }, hasFormer: true);
            new PinnedLinks(pins).Replace(objects.Programs);
        }
        Exchange.FinishCopy(current, formerFlows);
    }

    private Installed Begin(ObjectFiles files, TableSizes sizes)
    {
        var generation = pins.Next(files.Schema);
        var objects = files.Load(table => Place(table, generation, null, sizes), hasFormer: false);
        generation.MarkReady();
        return new Installed(generation, objects, null);
    }

    private Installed Adopt(ObjectFiles files, Generation current, TableSizes sizes)
    {
        var objects = files.Load(table => Place(table, current, null, sizes), hasFormer: false);
        new PinnedLinks(pins).Replace(objects.Programs);
        return new Installed(current, objects, null);
    }

    private Installed Follow(ObjectFiles files, Generation former, TableSizes sizes)
    {
        var generation = pins.Next(files.Schema);
        using var formerFlows = former.TryOpen(Conntrack);
        var declared = files.Tables.Single(t => t.Name == Conntrack);
        var exchangesFlows = formerFlows is not null && !IsSame(declared, formerFlows, sizes);
        var handsOver = exchangesFlows && formerFlows!.Info.KeySize == declared.KeySize && formerFlows.Info.Type == declared.Type
            && declared.Layout?.Key.Equals(formerFlows.Info.ReadLayout()?.Key) == true;
        var objects = files.Load(table =>
        {
            if (handsOver && table.Name == Exchange.FormerFlows)
            {
                table.UseKeysOf(formerFlows!);
                return;
            }
            Place(table, generation, former, sizes);
        }, handsOver);

        try
        {
            return Fill(files, former, generation, objects, handsOver);
        }
        catch
        {
            objects.Dispose();
            throw;
        }
    }

    private Installed Fill(ObjectFiles files, Generation former, Generation generation, LoadedObjects objects, bool handsOver)
    {
        var missing = new List<string>();
        var copies = new List<TableCopy>();
        foreach (var table in files.Tables.Where(t => !IsOwn(t) && t.Name != Exchange.FormerFlows))
        {
            switch (TableCopy.Between(former, generation, table.Name))
            {
                case { IsSame: true }:
                    break;
                case { IsPossible: true } copy:
                    // The first copy of flows that are handed over is the last one: nothing is added to them then.
                    if ((!handsOver || table.Name != Conntrack) && copy.Run(keep: false) > 0 && IsFromIntent(table))
                    {
                        missing.Add(table.Name);
                    }
                    if (MadeByPrograms.Contains(table.Name))
                    {
                        copies.Add(copy);
                    }
                    break;
                case var _ when IsFromIntent(table):
                    missing.Add(table.Name);
                    break;
                default:
                    break;
            }
        }
        var exchange = new Exchange(this, pins, former, generation, objects, copies, missing, handsOver);
        if (missing.Count > 0)
        {
            return new Installed(generation, objects, exchange);
        }
        return new Installed(generation, exchange.Complete(), null);
    }

    private static void Place(MapDefinition table, Generation generation, Generation? former, TableSizes sizes)
    {
        if (table.Name == Exchange.FormerFlows)
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
        using var before = former?.TryOpen(table.Name);
        if (before is not null && !IsOwn(table) && IsSame(table, before, sizes))
        {
            before.Pin(generation.Map(table.Name));
            table.Reuse(before);
            return;
        }
        table.SetMaxEntries(SizeOf(table, before, sizes));
        table.SetPinPath(generation.Map(table.Name));
    }

    // A table never shrinks: what is in it must have room.
    private static int SizeOf(MapDefinition table, BpfMap? before, TableSizes sizes) =>
        sizes.Of(table.Name) is { } wanted ? Math.Max((int)wanted, before?.Info.MaxEntries ?? 0) : table.MaxEntries;

    private static bool IsSame(MapDefinition table, BpfMap before, TableSizes sizes) =>
        (before.Info.Type, before.Info.Flags, before.Info.KeySize, before.Info.ValueSize) == (table.Type, table.Flags, table.KeySize, table.ValueSize)
        && before.Info.MaxEntries == SizeOf(table, before, sizes) && Equals(before.Info.ReadLayout(), table.Layout);

    private static bool Fits(ObjectFiles files, Generation current, TableSizes sizes) => files.Tables.Where(t => !IsOwn(t) && t.Name != Exchange.FormerFlows).All(table =>
    {
        using var map = current.TryOpen(table.Name);
        return map is not null && map.Info.MaxEntries == SizeOf(table, map, sizes);
    });

    // An agent ended while it made a set that nothing uses yet, or before it removed one that nothing uses any more.
    private void RemoveUnfinished(Generation? current)
    {
        foreach (var generation in pins.Generations().Where(g => g != current))
        {
            generation.Remove();
        }
    }
}
