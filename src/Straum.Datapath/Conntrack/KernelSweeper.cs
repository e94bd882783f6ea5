using Straum.Datapath.Abi;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Conntrack;

/// <summary>Lets the kernel expire flows: sweep.bpf.c looks at every entry and decides on what it is at that moment. Since Linux 5.14.</summary>
public sealed class KernelSweeper(BpfProgram sweep) : IConntrackSweeper
{
    public SweepRequest Sweep(ulong nowNs = 0)
    {
        var request = new SweepRequest { NowNs = nowNs };
        sweep.RunSyscall(ref request);
        return request;
    }
}
