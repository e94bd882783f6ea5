using System.Net.Sockets;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Services;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer;

/// <summary>The objects that every cluster has from the start: its first namespaces, and itself as a Service.</summary>
internal sealed class Bootstrap(ObjectStore store, ObjectWriter writer, ResourceRegistry registry, ServiceAddresses addresses)
{
    private const string ServiceName = "kubernetes";
    private const int ServicePort = 443;

    /// <summary>Makes what is missing and brings the server's own EndpointSlices up to date.</summary>
    /// <param name="sockets">Those inside a network namespace are where pods find the server.</param>
    public async Task RunAsync(IReadOnlyList<ListenSocket> sockets)
    {
        foreach (var name in NamespaceStrategy.Permanent)
        {
            await EnsureAsync("namespaces", "", Named("Namespace", name)).ConfigureAwait(false);
            await EnsureAsync("serviceaccounts", name, DefaultServiceAccount()).ConfigureAwait(false);
        }
        await EnsureAsync("services", "default", Service()).ConfigureAwait(false);
        foreach (var family in addresses.Pools.Select(pool => pool.Family))
        {
            var inside = sockets.Where(s => s.Address.NetworkNamespace is not null && s.EndPoint.AddressFamily == family);
            await WriteSliceAsync(family, [.. inside]).ConfigureAwait(false);
        }
    }

    /// <summary>The ServiceAccount that every namespace has.</summary>
    public static JsonObject DefaultServiceAccount() => Named("ServiceAccount", "default");

    private static JsonObject Named(string kind, string name) =>
        new() { ["apiVersion"] = "v1", ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };

    private async Task EnsureAsync(string resource, string ns, JsonObject obj)
    {
        try
        {
            await writer.CreateAsync(registry.Get(resource), ns, obj).ConfigureAwait(false);
        }
        catch (StatusException e) when (e.Reason is "AlreadyExists" or "Forbidden")
        {
            // There from an earlier start, or in a namespace that is being deleted.
        }
    }

    private JsonObject Service() => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Service",
        ["metadata"] = new JsonObject
        {
            ["name"] = ServiceName,
            ["labels"] = new JsonObject { ["component"] = "apiserver", ["provider"] = "kubernetes" },
        },
        ["spec"] = new JsonObject
        {
            ["clusterIP"] = addresses.Pools[0].First.ToString(),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = ServicePort, ["targetPort"] = 6443 }),
        },
    };

    private async Task WriteSliceAsync(AddressFamily family, IReadOnlyList<ListenSocket> sockets)
    {
        var slices = registry.Get("endpointslices.discovery.k8s.io");
        var name = family == AddressFamily.InterNetwork ? ServiceName : ServiceName + "-ipv6";
        var key = slices.KeyOf("default", name);
        if (store.State.Find(key) is not null)
        {
            await writer.DeleteAsync(slices, "default", name, DeleteOptions.Default).ConfigureAwait(false);
        }
        if (sockets.Count == 0)
        {
            return;
        }
        // One slice has one list of ports, so listeners on other ports than the first are left out.
        var port = sockets[0].EndPoint.Port;
        await EnsureAsync(slices.StorageKey, "default", new JsonObject
        {
            ["apiVersion"] = "discovery.k8s.io/v1",
            ["kind"] = "EndpointSlice",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["labels"] = new JsonObject { ["kubernetes.io/service-name"] = ServiceName },
            },
            ["addressType"] = ServiceAddresses.NameOf(family),
            ["endpoints"] = new JsonArray([.. sockets.Where(s => s.EndPoint.Port == port).Select(s => (JsonNode)new JsonObject
            {
                ["addresses"] = new JsonArray(s.EndPoint.Address.ToString()),
                ["conditions"] = new JsonObject { ["ready"] = true },
            })]),
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "https", ["port"] = port, ["protocol"] = "TCP" }),
        }).ConfigureAwait(false);
    }
}
