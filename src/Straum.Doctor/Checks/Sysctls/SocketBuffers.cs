using System.Globalization;
using Straum.Control.Tuning;
using Straum.Doctor.Hosts;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>The largest buffers that programs may ask for.</summary>
internal sealed class SocketBuffers : Check
{
    private const string Receive = "net.core.rmem_max", Send = "net.core.wmem_max";
    private static readonly long Least = TuningCatalogue.Of(Receive).Least!.Value;

    public override string Id => "ST-SY-004";

    public override string Title => "sockets may have large buffers";

    public override CheckGroup Group => CheckGroup.Sysctls;

    public override Explanation Explanation { get; } = new(
        Why: "rmem_max and wmem_max bound what a program gets that sets its buffers itself: UDP, QUIC, databases. TCP that sets nothing grows by tcp_rmem instead. 16 MiB fill a path of 1 Gbit/s and 130 ms; they cost memory only when used. These two are global: pods cannot have their own.",
        Threshold: $"warn below {Figure.Count(Least)} bytes, the kernel's default before Linux 6.18; straum tune apply raises them to {Figure.Bytes(long.Parse(Setting.Wanted(Receive), CultureInfo.InvariantCulture))}",
        Source: "kernel documentation, admin-guide/sysctl/net.rst; socket(7)",
        Fix: $"sysctl -w {Receive}={Setting.Wanted(Receive)} {Send}={Setting.Wanted(Send)}");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop)
    {
        var receive = Setting.ReadNumber(host.Network, Receive);
        var send = Setting.ReadNumber(host.Network, Send);
        if (receive is null || send is null)
        {
            return One(Finding.Skip("this namespace does not show the global limits"));
        }
        var measured = $"receive {Figure.Bytes(receive.Value)}, send {Figure.Bytes(send.Value)}";
        return One(receive < Least || send < Least ? Finding.Warn(measured) : Finding.Pass(measured));
    }
}
