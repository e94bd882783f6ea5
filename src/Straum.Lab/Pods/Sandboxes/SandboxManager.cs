using Straum.Lab.Cni;
using Straum.Lab.Processes;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Lab.Pods.Sandboxes;

/// <summary>Makes and removes the network namespaces of one node's pods and attaches them through the node's network plugin.</summary>
/// <param name="configurations">The node's CNI directory; read anew for each call, because its owner may come later or change it.</param>
/// <param name="store">The node's records.</param>
/// <param name="cni">Runs the plugins inside the node.</param>
internal sealed class SandboxManager(string configurations, SandboxStore store, CniRuntime cni)
{
    /// <summary>
    /// Sets a pod's network up:
    /// (1) the record, so that a crash leaves nothing that is not written down; (2) the namespace with its loopback;
    /// (3) ADD; (4) CHECK, as CRI-O does, because a network that fails its own check must not carry a pod.
    /// </summary>
    /// <returns>The record with the addresses. A pod on the node's network needs nothing and has the record it came with.</returns>
    /// <exception cref="CniException">The plugin refused; the caller removes the sandbox.</exception>
    /// <exception cref="LinuxException">The kernel refused; the caller removes the sandbox.</exception>
    public async Task<SandboxRecord> CreateAsync(SandboxRecord record, CancellationToken stop)
    {
        // :: Step 1
        store.Write(record);
        if (record.NetworkNamespace is not { } name)
        {
            return record;
        }
        var network = CniNetwork.Load(configurations)
            ?? throw new LabException($"no network plugin: {configurations} holds no configuration", "the agent of this node has not started");

        // :: Step 2
        using (var ns = NetworkNamespace.Create(name))
        using (var netlink = RtNetlink.Open(ns))
        {
            netlink.Links.SetUp(netlink.Links.Get("lo").Index);
        }

        // :: Step 3
        var result = await cni.AddAsync(network, record.Attachment, stop);
        record = record with { CniResult = result.Json, Addresses = [.. result.Addresses.Select(a => a.ToString())] };
        store.Write(record);
        if (result.Addresses.Count == 0)
        {
            throw new LabException("the network plugin gave the pod no address");
        }

        // :: Step 4
        await cni.CheckAsync(network, record.Attachment, stop);
        record = record with { ReadyAt = DateTimeOffset.UtcNow };
        store.Write(record);
        return record;
    }

    /// <summary>Detaches the pod and removes its namespace and record; what is gone already is no error.</summary>
    /// <exception cref="CniException">DEL failed; the caller tries again, and the record stays until then.</exception>
    public async Task RemoveAsync(SandboxRecord record, CancellationToken stop)
    {
        if (record.NetworkNamespace is { } name)
        {
            if (CniNetwork.Load(configurations) is { } network)
            {
                await cni.DelAsync(network, record.Attachment, stop);
            }
            NetworkNamespace.Delete(name);
        }
        store.Remove(record.PodUid);
    }

    /// <summary>Ends a pod's processes and removes its sandbox, trying again until it is done.</summary>
    public async Task DestroyAsync(string node, SandboxRecord record, Action<string> complain, CancellationToken stop)
    {
        var backoff = new Backoff { First = TimeSpan.FromMilliseconds(250) };
        while (true)
        {
            try
            {
                if (ControlGroup.TryOpen(LabCgroups.Pod(node, record.PodUid), out var group))
                {
                    group.Delete();
                }
                await RemoveAsync(record, stop);
                return;
            }
            catch (Exception e) when (e is CniException or LinuxException or IOException)
            {
                complain($"{record.PodNamespace}/{record.PodName}: sandbox removal: {e.Message}");
            }
            await Task.Delay(backoff.Next(TimeSpan.Zero), stop);
        }
    }

    /// <summary>Removes whatever the plugin still holds beside <paramref name="valid"/>. Not to be called while a pod is set up or removed.</summary>
    public async Task CollectGarbageAsync(IEnumerable<SandboxRecord> valid, CancellationToken stop)
    {
        if (CniNetwork.Load(configurations) is { } network)
        {
            await cni.GcAsync(network, valid.Where(r => r.NetworkNamespace is not null).Select(r => r.Attachment), stop);
        }
    }

    /// <summary>Null when pods can be attached, else why not: the node's NetworkReady.</summary>
    public async Task<string?> StatusAsync(CancellationToken stop)
    {
        try
        {
            return CniNetwork.Load(configurations) is { } network ? await cni.StatusAsync(network, stop) : "the network plugin has written no configuration yet";
        }
        catch (CniException e)
        {
            return e.Message;
        }
    }
}
