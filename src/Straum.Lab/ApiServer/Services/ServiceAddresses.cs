using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Services;

/// <summary>
/// The ClusterIPs and NodePorts that the stored Services use. Derived from them, so an address is released by the very
/// write that removes it and cannot leak.
/// </summary>
internal sealed class ServiceAddresses(IEnumerable<IPNetwork> ranges) : IStoreIndex
{
    /// <summary>One pool per family; the first is that of single-stack Services.</summary>
    public IReadOnlyList<AddressPool> Pools { get; } = [.. ranges.Select(range => new AddressPool(range))];

    public NodePortPool NodePorts { get; } = new();

    /// <summary>The pool of a family as Services name it: <c>IPv4</c> or <c>IPv6</c>; null when the cluster has none.</summary>
    public AddressPool? PoolOf(string family) => Pools.FirstOrDefault(pool => NameOf(pool.Family) == family);

    public static string NameOf(AddressFamily family) => family == AddressFamily.InterNetwork ? "IPv4" : "IPv6";

    public void Changed(StoredObject? before, StoredObject? after)
    {
        if ((before ?? after)!.Key.Resource != "services")
        {
            return;
        }
        ForEach(before?.View, (pool, address) => pool.Release(address), NodePorts.Release);
        ForEach(after?.View, (pool, address) => pool.Take(address), NodePorts.Take);
    }

    private void ForEach(JsonObject? service, Action<AddressPool, IPAddress> address, Action<int> port)
    {
        if (service is null)
        {
            return;
        }
        foreach (var text in service.Texts("spec", "clusterIPs"))
        {
            if (IPAddress.TryParse(text, out var ip) && Pools.FirstOrDefault(pool => pool.Contains(ip)) is { } pool)
            {
                address(pool, ip);
            }
        }
        // Once per number: protocols of one Service share it.
        foreach (var number in service.Objects("spec", "ports").Select(p => p.Number("nodePort"))
            .Append(service.Number("spec", "healthCheckNodePort")).OfType<long>().Where(n => n > 0).Distinct())
        {
            port((int)number);
        }
    }
}
