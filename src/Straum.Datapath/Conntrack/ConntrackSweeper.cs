using Straum.Datapath.Abi;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Conntrack;

/// <summary>Lets the kernel expire flows: sweep.bpf.c looks at every entry and decides on what it is at that moment.</summary>
public sealed class ConntrackSweeper(BpfProgram sweep)
{
    /// <summary>How often flows are looked at. The shortest life of an entry is twenty seconds.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>One look at all entries. Returns how many there were and how many went.</summary>
    public SweepRequest Sweep()
    {
        var request = default(SweepRequest);
        sweep.RunSyscall(ref request);
        return request;
    }
}
