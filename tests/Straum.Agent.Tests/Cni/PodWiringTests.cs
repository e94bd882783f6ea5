using System.Net;
using System.Net.Sockets;

namespace Straum.Agent.Cni;

public sealed class PodWiringTests
{
    private const int Pods = 20;

    // The kernel gives the end that is set up first its queue a moment later, on a worker; until then the device drops.
    [Fact]
    public void Activate_WhatTheHostSendsAtOnce_ReachesThePod()
    {
        Requires.Kernel(new Version(6, 8), "who asks for a device has its queue set up first");
        using var host = new TestNamespace();
        host.Net.Addresses.Add(1, IPAddress.Parse("192.0.2.1"), 32);
        var arrived = 0;

        for (var i = 0; i < Pods; i++)
        {
            using var pod = new TestNamespace();
            using var receiver = pod.Namespace.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
            receiver.Bind(new IPEndPoint(IPAddress.Any, 7000));
            var record = PodRecords.In(pod, i + 2);

            host.Namespace.Run(() =>
            {
                using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                using var wiring = new PodWiring();
                using var link = wiring.Create(record);
                link.Activate();
                sender.SendTo([1], new IPEndPoint(record.Addresses[0], 7000));
            });

            arrived += receiver.Poll(TimeSpan.FromSeconds(2), SelectMode.SelectRead) ? 1 : 0;
        }

        arrived.ShouldBe(Pods);
    }
}
