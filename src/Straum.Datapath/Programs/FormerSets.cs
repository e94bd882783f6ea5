using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>
/// The sets that a newer one takes the place of: one, or more where agents ended in the middle of an exchange. None is removed
/// before no program of it is left: programs over it may be attached still, or be called by those that are.
/// </summary>
/// <param name="pins">Where the sets are.</param>
/// <param name="next">What takes their place.</param>
/// <param name="before">Told of each step before it is made.</param>
internal sealed class FormerSets(PinLayout pins, Generation next, Action<string>? before)
{
    /// <summary>Pinned under this name in a set whose flows are not all in its own table yet.</summary>
    public const string Flows = "former_flows";

    public const string Conntrack = "conntrack";

    // Entries that programs make. They go on doing so while tables are exchanged, so these are copied again at the end.
    private static readonly string[] MadeByPrograms = [Conntrack, "sockets", "fragments"];

    public static bool IsMadeByPrograms(string table) => MadeByPrograms.Contains(table);

    /// <summary>Brings over what their programs made and the next set does not have. What it has is newer.</summary>
    public void Copy(params ReadOnlySpan<string> except)
    {
        foreach (var name in MadeByPrograms)
        {
            if (except.Contains(name))
            {
                continue;
            }
            foreach (var former in Pinned(name))
            {
                if (TableCopy.Between(former, next.Map(name)) is { IsSame: false, IsPossible: true } copy)
                {
                    before?.Invoke($"copy {name}");
                    copy.Run(keep: true);
                }
            }
        }
    }

    /// <summary>Everything is in the next set and nothing is added elsewhere any more: what ends there from here on must not come back by being copied again.</summary>
    public void ForgetTables()
    {
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

    private Generation[] Older() => [.. pins.Generations().Where(g => g.Number < next.Number)];
}
