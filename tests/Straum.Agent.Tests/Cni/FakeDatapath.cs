using System.Collections.Concurrent;
using System.Net;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Agent.Cni;

/// <summary>A datapath of one dictionary. It checks what its contract promises it, and fails when told to.</summary>
internal sealed class FakeDatapath(NetworkNamespace? host = null) : IPodDatapath
{
    private readonly ConcurrentDictionary<IPAddress, PodEndpoint> _entries = new();

    /// <summary>Called before each change with what is changed: throw to refuse, block to delay.</summary>
    public Action<string, PodEndpoint> Before { get; set; } = (_, _) => { };

    public ICollection<PodEndpoint> Pods => [.. _entries.Values.Distinct()];

    /// <summary>The pods that the last <see cref="Restore"/> named.</summary>
    public IReadOnlyCollection<PodEndpoint> Restored { get; private set; } = [];

    public void Restore(IReadOnlyCollection<PodEndpoint> pods)
    {
        Restored = pods;
        _entries.Clear();
        foreach (var pod in pods)
        {
            Add(pod);
        }
    }

    public void Attach(PodEndpoint pod)
    {
        Before("attach", pod);
        if (host is not null)
        {
            using var net = RtNetlink.Open(host);
            var link = net.Links.Get(pod.HostInterface);
            link.Index.ShouldBe(pod.HostInterfaceIndex);
            link.MacAddress.ShouldBe(pod.HostMac);
            link.IsUp.ShouldBeFalse("a packet could pass before there is a policy for it");
        }
        Add(pod);
    }

    public void Repair(PodEndpoint pod)
    {
        Before("repair", pod);
        Add(pod);
    }

    public void Detach(PodEndpoint pod)
    {
        Before("detach", pod);
        foreach (var address in pod.Addresses)
        {
            _entries.TryRemove(new KeyValuePair<IPAddress, PodEndpoint>(address, pod));
        }
    }

    public bool Contains(PodEndpoint pod) => pod.Addresses.All(a => _entries.TryGetValue(a, out var entry) && entry == pod);

    private void Add(PodEndpoint pod)
    {
        foreach (var address in pod.Addresses)
        {
            _entries.TryAdd(address, pod).ShouldBeTrue($"{address} belongs to another pod");
        }
    }
}
