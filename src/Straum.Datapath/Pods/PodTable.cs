using System.Net;
using Straum.Datapath.Abi;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Linux;

namespace Straum.Datapath.Pods;

/// <summary>A pod of this node as the datapath sees it.</summary>
/// <param name="Id">Number of the pod on this node, the same for all its addresses.</param>
/// <param name="InterfaceIndex">Host side of its veth.</param>
/// <param name="HostMac">Of the host side: what the pod's gateway answers with.</param>
public sealed record PodBinding(uint Id, int InterfaceIndex, MacAddress PodMac, MacAddress HostMac, IReadOnlyList<IPAddress> Addresses);

/// <summary>
/// Binds pods to the datapath. The programs are on the veth before the addresses are known, so an unknown
/// pod is a silent one, never an unwatched one. Safe for use from several threads.
/// </summary>
public sealed class PodTable(LoadedDatapath datapath, Attachments attachments)
{
    private const string Role = "pod";

    /// <exception cref="TableFullException">The table `pods` has no room; nothing of the pod is left in it.</exception>
    public void Bind(PodBinding pod)
    {
        attachments.AttachDevice(Role, pod.InterfaceIndex, datapath.Programs.PodOut, datapath.Programs.PodIn);
        var entry = EntryOf(pod);
        foreach (var address in pod.Addresses)
        {
            if (!datapath.Tables.Pods.TryWrite(Addr.From(address), entry))
            {
                Unbind(pod);
                throw new TableFullException("pods", datapath.Tables.Pods.Capacity, "tables.pods");
            }
        }
    }

    /// <summary>Takes away what still belongs to this pod; an address that another one has by now stays.</summary>
    public void Unbind(PodBinding pod)
    {
        foreach (var address in pod.Addresses)
        {
            var key = Addr.From(address);
            if (datapath.Tables.Pods.TryLookup(key, out var entry) && entry.Ifindex == (uint)pod.InterfaceIndex)
            {
                datapath.Tables.Pods.Delete(key);
            }
        }
        attachments.DetachDevice(Role, pod.InterfaceIndex);
    }

    /// <summary>Whether every address leads to this pod, and the programs are on its device.</summary>
    public bool Contains(PodBinding pod)
    {
        var expected = EntryOf(pod);
        return attachments.IsAttached(Role, pod.InterfaceIndex) && pod.Addresses.All(a => datapath.Tables.Pods.TryLookup(Addr.From(a), out var entry) && entry.Equals(expected));
    }

    /// <summary>Removes the entries of addresses that no pod has: what a crash between two steps left.</summary>
    public int RemoveExcept(IReadOnlySet<IPAddress> addresses)
    {
        var stale = datapath.Tables.Pods.Read().Select(e => e.Key).Where(a => !addresses.Contains(a.ToIPAddress())).ToArray();
        foreach (var address in stale)
        {
            datapath.Tables.Pods.Delete(address);
        }
        return stale.Length;
    }

    private static PodEntry EntryOf(PodBinding pod)
    {
        var entry = new PodEntry { Ifindex = (uint)pod.InterfaceIndex, Id = pod.Id };
        pod.PodMac.CopyTo(entry.PodMac);
        pod.HostMac.CopyTo(entry.HostMac);
        return entry;
    }
}
