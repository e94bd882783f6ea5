using Straum.Datapath.Layouts;
using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>
/// Puts programs over one set of tables in the place of those over another, under traffic and without losing a flow. Once
/// begun it is finished by whoever comes after a crash: what it needs is pinned before anything depends on it.
/// <list type="number">
/// <item>Where flows get a table of their own: pin the former table, and make the former programs callable.</item>
/// <item>Mark the next set ready: from here on it holds state that nothing else has.</item>
/// <item>Replace the programs. Those with a former flow table send every packet of an unknown flow to the former program.</item>
/// <item>Let new flows begin in the next table; those that began before go on in the former one.</item>
/// <item>Copy the flows that began before. Nobody adds to them any more.</item>
/// <item>Replace the programs by those that know the next table alone, and let go of the former set.</item>
/// </list>
/// </summary>
/// <param name="installation">Loads the programs of the last step.</param>
/// <param name="pins">Where the links are.</param>
/// <param name="former">The set in use until step 3.</param>
/// <param name="next">The set to come.</param>
/// <param name="objects">This build's programs over it.</param>
/// <param name="copies">Tables with entries that programs make.</param>
/// <param name="missing">Tables that could not be converted.</param>
/// <param name="handsOver">The programs know the former flow table.</param>
internal sealed class Exchange(Installation installation, PinLayout pins, Generation former, Generation next, LoadedObjects objects,
    IReadOnlyList<TableCopy> copies, IReadOnlyList<string> missing, bool handsOver)
{
    /// <summary>Pinned under this name in a set whose flows are not all in its own table yet.</summary>
    public const string FormerFlows = "former_flows";

    private const string Conntrack = "conntrack";
    private const string FormerPrograms = "former_programs";
    private const string Handover = "handover";

    /// <summary>Tables that have to be filled from intent before <see cref="Complete"/>: pods never run over empty ones.</summary>
    public IReadOnlyList<string> Missing => missing;

    /// <summary>Returns the programs that are in place then.</summary>
    public LoadedObjects Complete()
    {
        var links = new PinnedLinks(pins);
        if (!handsOver)
        {
            next.MarkReady();
            links.Replace(objects.Programs);
            CopyWhatProgramsMade();
            former.Remove();
            return objects;
        }

        // :: Step 1: both tables, both sets of programs
        using (var flows = BpfMap.OpenPinned(former.Map(Conntrack)))
        using (var programs = BpfMap.OpenPinned(next.Map(FormerPrograms)))
        {
            flows.Pin(next.Map(FormerFlows));
            links.KeepAsFormer(new ProgramArray(programs));
        }

        // :: Step 2: ready
        next.MarkReady();

        // :: Step 3: ours in front
        links.Replace(objects.Programs);

        // :: Step 4 and 5: flows
        BeginFlowsIn(next);
        CopyWhatProgramsMade();

        // :: Step 6: alone
        var alone = installation.LoadOver(next);
        links.Replace(alone.Programs);
        LetGo(next);
        former.Remove();
        objects.Dispose();
        return alone;
    }

    /// <summary>After a crash between steps 2 and 6: brings the flows that are still in the former table over.</summary>
    public static void FinishCopy(Generation current, BpfMap formerFlows)
    {
        BeginFlowsIn(current);
        using var flows = BpfMap.OpenPinned(current.Map(Conntrack));
        TableConversion.Between(formerFlows.Info.ReadLayout(), flows.Info.ReadLayout())?.Copy(new RawMap(formerFlows), new RawMap(flows), keep: true);
    }

    /// <summary>No program of the set knows another table any more.</summary>
    private static void LetGo(Generation generation)
    {
        using var programs = BpfMap.OpenPinned(generation.Map(FormerPrograms));
        PinnedLinks.Forget(new ProgramArray(programs));
        Pins.Remove(generation.Map(FormerFlows));
    }

    private static void BeginFlowsIn(Generation generation)
    {
        using var handover = BpfMap.OpenPinned(generation.Map(Handover));
        new BpfArray<uint>(handover)[0] = 1;
        WaitForPrograms();
    }

    // A program that read the word before may be about to add a flow behind the copy's back.
    private static void WaitForPrograms()
    {
        try
        {
            RunningPrograms.WaitForEnd();
        }
        catch (LinuxException e) when (e.Errno is Errno.EINVAL or Errno.ENOSYS)
        {
            // Not offered where processors run without ticks. A program runs for microseconds; this is far longer.
            Thread.Sleep(100);
        }
    }

    private void CopyWhatProgramsMade()
    {
        foreach (var copy in copies)
        {
            copy.Run(keep: true);
        }
    }
}
