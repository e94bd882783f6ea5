using System.Net;

namespace Straum.Linux.Netlink;

public sealed class RtNetlinkMonitorTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_ChangesOfEachKind_ArriveInOrder()
    {
        using var test = new TestNamespace();
        using var monitor = RtNetlinkMonitor.Open(test);
        var device = test.Net.Links.CreateVeth("near", "far").Index;
        test.Net.Links.SetAddrGenModeNone(device);
        test.Net.Links.SetUp(device);
        test.Net.Links.SetUp(test.Net.Links.Get("far").Index);
        test.Net.Addresses.Add(device, IPAddress.Parse("10.9.0.1"), 24);
        var route = new Route { Destination = IPNetwork.Parse("10.1.0.0/16"), Gateway = IPAddress.Parse("10.9.0.2"), InterfaceIndex = device };
        test.Net.Routes.Add(route);
        test.Net.Neighbors.Replace(new Neighbor { InterfaceIndex = device, Address = IPAddress.Parse("10.9.0.2"), MacAddress = MacAddress.Random() });
        test.Net.Links.Delete(device);

        await Next<NetlinkEvent.LinkChanged>(monitor, e => e.Link.Name == "near" && !e.Deleted);
        await Next<NetlinkEvent.AddressChanged>(monitor, e => e.Address.Address.ToString() == "10.9.0.1");
        await Next<NetlinkEvent.RouteChanged>(monitor, e => e.Route.Destination == route.Destination && !e.Deleted);
        await Next<NetlinkEvent.NeighborChanged>(monitor, e => e.Neighbor.State == NeighborState.Permanent);
        await Next<NetlinkEvent.LinkChanged>(monitor, e => e.Link.Index == device && e.Deleted);
    }

    [Fact]
    public async Task Events_NobodyReads_OneOverrunStandsForWhatIsLost()
    {
        using var test = new TestNamespace();
        using var monitor = RtNetlinkMonitor.Open(test, NetlinkGroups.Neighbors, queueLength: 4, receiveBuffer: 1 << 20);
        var device = test.Net.Links.CreateVeth("near", "far").Index;
        test.Net.Links.SetUp(device);
        await AddNeighborsUntilOverrun(test, monitor, device);

        var seen = new List<NetlinkEvent>();
        while (monitor.Events.TryRead(out var next))
        {
            seen.Add(next);
        }
        seen.Count(e => e is NetlinkEvent.Overrun).ShouldBe(1);
        seen.Count.ShouldBe(5);

        test.Net.Neighbors.Replace(new Neighbor { InterfaceIndex = device, Address = IPAddress.Parse("10.9.9.9"), MacAddress = MacAddress.Random() });
        await Next<NetlinkEvent.NeighborChanged>(monitor, e => e.Neighbor.Address.ToString() == "10.9.9.9");
    }

    [Fact]
    public async Task Events_KernelBufferTooSmall_TellsOverrun()
    {
        using var test = new TestNamespace();
        using var monitor = RtNetlinkMonitor.Open(test, NetlinkGroups.Links, queueLength: 1 << 20, receiveBuffer: 1);
        // The reader may keep up for a while; it cannot for ever.
        var overrun = Next<NetlinkEvent.Overrun>(monitor, _ => true);
        while (!overrun.IsCompleted)
        {
            test.Net.Links.CreateVeth("near", "far");
            test.Net.Links.Delete("near");
            Cancelled.ThrowIfCancellationRequested();
        }
        await overrun;
    }

    [Fact]
    public async Task Dispose_WhileReading_CompletesTheReader()
    {
        using var test = new TestNamespace();
        var monitor = RtNetlinkMonitor.Open(test);
        var reading = monitor.Events.WaitToReadAsync(Cancelled).AsTask();
        monitor.Dispose();
        (await reading).ShouldBeFalse();
    }

    private static async Task AddNeighborsUntilOverrun(TestNamespace test, RtNetlinkMonitor monitor, int device)
    {
        for (var i = 0; monitor.Events.Count < 5; i++)
        {
            test.Net.Neighbors.Replace(new Neighbor
            {
                InterfaceIndex = device,
                Address = new IPAddress([10, 9, (byte)(i >> 8), (byte)i]),
                MacAddress = MacAddress.Random(),
            });
            await Task.Yield();
        }
    }

    /// <summary>Reads on to the next event of this kind that meets the condition.</summary>
    private static async Task<T> Next<T>(RtNetlinkMonitor monitor, Func<T, bool> condition)
        where T : NetlinkEvent
    {
        await foreach (var next in monitor.ReadAllAsync(Cancelled))
        {
            if (next is T wanted && condition(wanted))
            {
                return wanted;
            }
        }
        throw new InvalidOperationException("the monitor ended");
    }
}
