using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>The largest buffers that programs may ask for.</summary>
internal sealed class SocketBuffers : Check
{
    private const long KernelDefault = 212_992;

    public override string Id => "ST-SY-004";

    public override string Title => "sockets may have large buffers";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "rmem_max and wmem_max bound what a program gets that sets its buffers itself: UDP, QUIC, databases. TCP that sets nothing grows by tcp_rmem instead. 16 MiB fill a path of 1 Gbit/s and 130 ms; they cost memory only when used. These two are global: pods cannot have their own.",
        Threshold: "warn below 212,992 bytes, the kernel's default; straum tune apply raises them to 16 MiB",
        Source: "kernel documentation, admin-guide/sysctl/net.rst; socket(7)",
        Fix: "sysctl -w net.core.rmem_max=16777216 net.core.wmem_max=16777216");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var receive = NumberFields.First(host.Network.ReadText("/proc/sys/net/core/rmem_max"));
        var send = NumberFields.First(host.Network.ReadText("/proc/sys/net/core/wmem_max"));
        if (receive is null || send is null)
        {
            return One(Finding.Skip("this namespace does not show the global limits"));
        }
        var measured = $"receive {Figure.Bytes(receive.Value)}, send {Figure.Bytes(send.Value)}";
        return One(receive < KernelDefault || send < KernelDefault ? Finding.Warn(measured) : Finding.Pass(measured));
    }
}
