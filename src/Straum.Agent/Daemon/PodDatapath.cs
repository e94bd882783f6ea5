using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Straum.Agent.Cni;
using Straum.Control.Addressing;
using Straum.Datapath.Pods;
using Straum.Datapath.Tables;
using Straum.Linux;

namespace Straum.Agent.Daemon;

/// <summary>CNI's view of the datapath, over the table `pods` and the programs on each veth.</summary>
/// <param name="table">The table and the programs.</param>
/// <param name="mustWait">Whether a pod that comes has to wait for its programs' links.</param>
/// <param name="log">Tells of pods that could not be taken over.</param>
internal sealed class PodDatapath(PodTable table, Func<bool> mustWait, ILogger log) : IPodDatapath
{
    private readonly ConcurrentDictionary<AddressOwner, PodBinding> _bindings = new();
    private uint _lastId;

    // One pod's device may go while this runs, or have gone and come back: no reason to leave all others alone.
    public void Restore(IReadOnlyCollection<PodEndpoint> pods)
    {
        foreach (var pod in pods)
        {
            try
            {
                table.Bind(Remember(pod));
            }
            catch (Exception e) when (e is LinuxException or TableFullException)
            {
                log.LogError("{Pod} is not connected: {Reason}", pod.Owner, e.Message);
            }
        }
        table.RemoveExcept(pods.SelectMany(p => p.Addresses).ToHashSet<IPAddress>());
    }

    public void Attach(PodEndpoint pod) => table.Bind(Remember(pod), provisionally: !mustWait());

    // By links: a filter would need clsact, which costs a device that is up what is sent to it meanwhile.
    public void Repair(PodEndpoint pod) => table.Bind(Remember(pod));

    public void Detach(PodEndpoint pod) => table.Unbind(_bindings.TryRemove(pod.Owner, out var binding) ? binding : BindingOf(pod, 0));

    public bool Contains(PodEndpoint pod) => _bindings.TryGetValue(pod.Owner, out var binding) && table.Contains(binding);

    private PodBinding Remember(PodEndpoint pod) =>
        _bindings.AddOrUpdate(pod.Owner, _ => BindingOf(pod, Interlocked.Increment(ref _lastId)), (_, old) => BindingOf(pod, old.Id));

    private static PodBinding BindingOf(PodEndpoint pod, uint id) =>
        new(id, pod.HostInterfaceIndex, pod.PodMac, pod.HostMac, [.. pod.Addresses]);
}
