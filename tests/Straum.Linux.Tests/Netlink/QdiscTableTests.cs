using Straum.Linux.Bpf;

namespace Straum.Linux.Netlink;

public sealed class QdiscTableTests
{
    [Fact]
    public void FairQueueing_IsWhatTheKernelTakes()
    {
        using var space = new TestNamespace();
        var (code, _, _) = NamespacedProcess.Run(space, "/bin/sh", "-ec", "tc qdisc replace dev lo root fq");
        QdiscTable.FairQueueing.State.ShouldBe(code == 0 ? FeatureSupport.Supported : FeatureSupport.NotSupported);
    }

    [Fact]
    public void ReplaceRoot_KindThatNoKernelHas_IsNotFound()
    {
        using var space = new TestNamespace();
        using var net = RtNetlink.Open(space.Namespace);
        Should.Throw<NetlinkException>(() => net.Qdiscs.ReplaceRoot(1, "straum_none")).Errno.ShouldBe(Errno.ENOENT);
    }

    [Fact]
    public void ReplaceRoot_KindThatEveryKernelHas_IsListed()
    {
        using var space = new TestNamespace();
        using var net = RtNetlink.Open(space.Namespace);
        net.Qdiscs.ReplaceRoot(1, "pfifo");
        net.Qdiscs.List().ShouldContain(new Qdisc(1, "pfifo", IsRoot: true));
    }
}
