using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>
/// Puts programs over one set of tables in the place of those over another, under traffic and without losing a flow. Once
/// begun it is finished by whoever comes after a crash: what it needs is pinned before anything depends on it, and goes when
/// nothing does any more.
/// <list type="number">
/// <item>Where flows get a table of their own: pin the former table, and make the former programs callable.</item>
/// <item>Mark the next set ready: from here on it holds state that nothing else has.</item>
/// <item>Replace the programs. Those with a former flow table send every packet of an unknown flow to the former program.</item>
/// <item>Let new flows begin in the next table; those that began before go on in the former one.</item>
/// <item>Copy the flows that began before. Nobody adds to them any more.</item>
/// <item>Replace the programs by those that know the next table alone, and let go of the former sets.</item>
/// </list>
/// </summary>
/// <param name="installation">Loads the programs of the last step.</param>
/// <param name="pins">Where the sets are.</param>
/// <param name="links">What is attached.</param>
/// <param name="next">The set to come.</param>
/// <param name="objects">This build's programs over it.</param>
/// <param name="missing">Tables that could not be converted.</param>
/// <param name="former">The flow table in use where the programs know it beside their own, else null.</param>
/// <param name="before">Told of each step before it is made.</param>
/// <param name="warn">Told of what could not be done.</param>
internal sealed class Exchange(Installation installation, PinLayout pins, PinnedLinks links, Generation next, LoadedObjects objects,
    IReadOnlyList<string> missing, string? former, Action<string>? before, Action<string>? warn)
{
    private const string FormerPrograms = "former_programs";
    private const string Handover = "handover";

    private readonly FormerSets _formerSets = new(pins, next, before, warn);

    /// <summary>Tables that have to be filled from intent before <see cref="Complete"/>: pods never run over empty ones.</summary>
    public IReadOnlyList<string> Missing => missing;

    /// <summary>Whether new flows begin in a set's own table: always, but for the time between steps 2 and 4.</summary>
    public static bool DoFlowsBeginIn(Generation generation)
    {
        using var handover = generation.TryOpen(Handover);
        return !Pins.Exists(generation.Map(FormerSets.Flows)) || handover is null || new BpfArray<uint>(handover)[0] != 0;
    }

    /// <summary>All six steps. Returns the programs that are in place then.</summary>
    public LoadedObjects Complete()
    {
        // :: Step 1: both tables, both sets of programs
        if (former is not null)
        {
            using var flows = BpfMap.OpenPinned(former);
            using var programs = BpfMap.OpenPinned(next.Map(FormerPrograms));
            before?.Invoke("pin the former flows");
            if (!Pins.Exists(next.Map(FormerSets.Flows)))
            {
                flows.Pin(next.Map(FormerSets.Flows));
            }
            links.KeepAsFormer(new ProgramArray(programs));
        }

        // :: Step 2: ready
        before?.Invoke("ready");
        next.MarkReady();

        return Finish();
    }

    /// <summary>Steps 3 to 6, also of an exchange that another process began. What was done before is done again, to no effect.</summary>
    public LoadedObjects Finish()
    {
        // :: Step 3: ours in front
        links.Replace(objects.Programs);

        // :: Step 4 and 5: flows
        if (former is not null)
        {
            before?.Invoke("let flows begin in the next table");
            BeginFlowsIn(next);
        }
        _formerSets.Move();

        // :: Step 6: alone
        var alone = objects;
        if (former is not null)
        {
            alone = installation.LoadOver(next);
            links.Replace(alone.Programs);
            objects.Dispose();
        }
        ForgetPrograms();
        _formerSets.Remove();
        return alone;
    }

    /// <summary>Step 5 by a build that has no programs for the set, after a crash in it.</summary>
    public static void FinishCopy(PinLayout pins, Generation current, Action<string>? before, Action<string>? warn)
    {
        WaitForPrograms();
        new FormerSets(pins, current, before, warn).Move();
    }

    /// <summary>No program of the set calls another's any more.</summary>
    private void ForgetPrograms()
    {
        using var programs = next.TryOpen(FormerPrograms);
        if (programs is not null)
        {
            before?.Invoke("let go of the former programs");
            PinnedLinks.Forget(new ProgramArray(programs));
        }
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
}
