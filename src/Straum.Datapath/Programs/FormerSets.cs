using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>
/// The sets that a newer one takes the place of: one, or more where agents ended in the middle of an exchange. None is removed
/// before no program of it is left: programs over it may be attached still, or be called by those that are.
/// </summary>
/// <param name="pins">Where the sets are.</param>
/// <param name="next">What takes their place.</param>
/// <param name="before">Told of each step before it is made.</param>
/// <param name="warn">Told of what is lost.</param>
internal sealed class FormerSets(PinLayout pins, Generation next, Action<string>? before, Action<string>? warn)
{
    /// <summary>Pinned under this name in a set whose flows are not all in its own table yet.</summary>
    public const string Flows = "former_flows";

    public const string Conntrack = "conntrack";

    // Entries that programs make. They go on doing so while tables are exchanged, so these are copied again at the end.
    private static readonly string[] MadeByPrograms = [Conntrack, "sockets", "fragments"];

    public static bool IsMadeByPrograms(string table) => MadeByPrograms.Contains(table);

    /// <summary>
    /// Brings over what their programs made and the next set does not have: what it has is newer. Returns how many entries of
    /// which tables could not be brought over.
    /// </summary>
    public IReadOnlyDictionary<string, int> Copy(params ReadOnlySpan<string> except)
    {
        var left = new Dictionary<string, int>();
        foreach (var name in MadeByPrograms)
        {
            if (except.Contains(name))
            {
                continue;
            }
            // Flows that are handed over are in the former set and under this one's own pin: one table, and a large one.
            foreach (var former in Pinned(name).DistinctBy(IdOf))
            {
                if (TableCopy.Between(former, next.Map(name)) is { IsSame: false, IsPossible: true } copy)
                {
                    before?.Invoke($"copy {name}");
                    left[name] = left.GetValueOrDefault(name) + copy.Run(keep: true);
                }
            }
        }
        return left;
    }

    /// <summary>
    /// <see cref="Copy"/> when nothing is added elsewhere any more. Then lets go of the tables: what ends in the next set from here
    /// on must not come back by being copied again.
    /// </summary>
    public void Move()
    {
        foreach (var (name, entries) in Copy().Where(left => left.Value > 0))
        {
            warn?.Invoke($"{entries} entries of the table {name} did not fit into the one that takes its place, and are lost");
        }
        foreach (var path in MadeByPrograms.SelectMany(Pinned))
        {
            before?.Invoke($"let go of {Path.GetFileName(path)}");
            Pins.Remove(path);
        }
    }

    /// <summary>No program of theirs is left.</summary>
    public void Remove()
    {
        foreach (var former in Older())
        {
            before?.Invoke($"remove {Path.GetFileName(former.Directory)}");
            former.Remove();
        }
    }

    // The newest first: what it has of the same name is newer.
    private IEnumerable<string> Pinned(string table) => Older().Select(g => g.Map(table)).Concat(table == Conntrack ? [next.Map(Flows)] : []).Where(Pins.Exists);

    private static uint? IdOf(string pin)
    {
        using var map = BpfMap.TryOpenPinned(pin);
        return map?.Info.Id;
    }

    private Generation[] Older() => [.. pins.Generations().Where(g => g.Number < next.Number)];
}
