using System.Net;
using Straum.Datapath.Abi;
using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Linux;

namespace Straum.Datapath.Pods;

/// <summary>
/// Binds pods to the datapath: first the table, then the programs, so that no program ever sees a pod that it does not
/// know. A device is watched before it is set up, which is the caller's next step. Safe for use from several threads.
/// </summary>
public sealed class PodTable(LoadedDatapath datapath, Attachments attachments)
{
    private const string Role = LinkName.Pod;

    /// <summary>All of the pod or nothing.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="provisionally">
    /// Do not wait for links: the programs are in place by other means until <see cref="SettleNext"/>. For a device just made.
    /// </param>
    /// <exception cref="TableFullException">The table `pods` has no room.</exception>
    /// <exception cref="LinuxException">The kernel refused a program on the device.</exception>
    public void Bind(PodBinding pod, bool provisionally = false) => datapath.Use(() => BindNow(pod, provisionally));

    /// <inheritdoc cref="Attachments.IsAnyProvisional"/>
    public bool IsAnyProvisional => attachments.IsAnyProvisional;

    /// <inheritdoc cref="Attachments.SettleNext"/>
    public bool SettleNext() => datapath.Use(attachments.SettleNext);

    /// <summary>Takes away what still belongs to this pod; an address that another one has by now stays.</summary>
    public void Unbind(PodBinding pod) => datapath.Use(() => UnbindNow(pod));

    /// <summary>Whether every address leads to this pod, and the programs are on its device.</summary>
    public bool Contains(PodBinding pod) => datapath.Use(() =>
    {
        var expected = EntryOf(pod);
        return attachments.IsAttached(Role, pod.InterfaceIndex) && pod.Addresses.All(a => datapath.Tables.Pods.TryLookup(Addr.From(a), out var entry) && entry.Equals(expected));
    });

    /// <summary>Removes the entries of addresses that no pod has: what a crash between two steps left.</summary>
    public int RemoveExcept(IReadOnlySet<IPAddress> addresses) => datapath.Use(() =>
    {
        var stale = datapath.Tables.Pods.Read().Select(e => e.Key).Where(a => !addresses.Contains(a.ToIPAddress())).ToArray();
        foreach (var address in stale)
        {
            datapath.Tables.Pods.Delete(address);
        }
        return stale.Length;
    });

    private void BindNow(PodBinding pod, bool provisionally)
    {
        var entry = EntryOf(pod);
        foreach (var address in pod.Addresses)
        {
            if (!datapath.Tables.Pods.TryWrite(Addr.From(address), entry))
            {
                Unbind(pod);
                throw new TableFullException("pods", datapath.Tables.Pods.Capacity, "tables.pods");
            }
        }
        try
        {
            var (fromPod, toPod) = (datapath.Programs.PodOut, datapath.Programs.PodIn);
            if (provisionally)
            {
                attachments.AttachProvisionally(Role, pod.InterfaceIndex, fromPod, toPod);
            }
            else
            {
                attachments.AttachDevice(Role, pod.InterfaceIndex, fromPod, toPod);
            }
        }
        catch (LinuxException)
        {
            Unbind(pod);
            throw;
        }
    }

    private void UnbindNow(PodBinding pod)
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

    private static PodEntry EntryOf(PodBinding pod)
    {
        var entry = new PodEntry { Ifindex = (uint)pod.InterfaceIndex, Id = pod.Id };
        pod.PodMac.CopyTo(entry.PodMac);
        pod.HostMac.CopyTo(entry.HostMac);
        return entry;
    }
}
