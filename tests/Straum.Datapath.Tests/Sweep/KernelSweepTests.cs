using Straum.Datapath.Conntrack;
using Straum.Datapath.Tests.Packets;

namespace Straum.Datapath.Tests.Sweep;

/// <summary>As on Linux 5.14 and later.</summary>
public sealed class KernelSweepTests(DatapathFixture kernel) : SweepTests(kernel)
{
    protected override IConntrackSweeper Sweeper => Kernel.Datapath.Sweeper.ShouldBeOfType<KernelSweeper>();
}
