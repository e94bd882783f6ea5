using Straum.Agent.LocalApi.Reports;
using Straum.Control.Services;
using Straum.Datapath.Abi;
using Straum.Datapath.Services;
using Straum.Datapath.Tables;

namespace Straum.Agent.Daemon.Reporting;

/// <summary>Reads the Service tables back from the kernel and puts names to them.</summary>
internal static class ServiceReporter
{
    public static ServicesReport ReadServices(string node, DatapathTables tables, ServiceReconciler programmed, NameBook names)
    {
        var entries = tables.Services.Read().ToArray();
        var present = entries.Select(e => e.Key).ToHashSet();
        var reports = entries.Select(entry => FrontendOf(entry.Key, entry.Value, tables, programmed, names))
            .Concat(names.Frontends.Where(f => ServiceReconciler.Serves(f.Value) && !present.Contains(f.Key)).Select(f => MissingOf(f.Key, f.Value)));
        return new ServicesReport(node,
        [
            .. reports.OrderBy(r => r.Service, StringComparer.Ordinal).ThenBy(r => r.Address, StringComparer.Ordinal)
                .ThenBy(r => r.Port).ThenBy(r => r.Protocol, StringComparer.Ordinal),
        ]);
    }

    public static EndpointsReport ReadEndpoints(string node, DatapathTables tables, NameBook names)
    {
        var services = new Dictionary<uint, SortedSet<string>>();
        foreach (var (key, entry) in tables.Services.Read())
        {
            var service = names.Frontend(key)?.ServiceName.ToString() ?? "";
            foreach (var id in IdsOf(entry, tables))
            {
                (services.TryGetValue(id, out var users) ? users : services[id] = new SortedSet<string>(StringComparer.Ordinal)).Add(service);
            }
        }

        var reports = new List<EndpointReport>();
        for (var id = 1u; id < tables.Backends.Length; id++)
        {
            var backend = tables.Backends[(int)id];
            if ((backend.Flags & (byte)BackendFlags.Usable) == 0)
            {
                continue;
            }
            var address = backend.Address.ToIPAddress();
            var (pod, podNode, state) = names.Endpoint(address);
            var users = services.GetValueOrDefault(id);
            reports.Add(new EndpointReport(id, address.ToString(), backend.Port, ProtocolName(backend.Proto), pod, podNode,
                users is null ? "unused" : state, [.. users ?? []]));
        }
        return new EndpointsReport(node,
            [.. reports.OrderBy(r => r.Address, StringComparer.Ordinal).ThenBy(r => r.Port).ThenBy(r => r.Protocol, StringComparer.Ordinal)]);
    }

    private static FrontendReport FrontendOf(SvcKey key, SvcEntry entry, DatapathTables tables, ServiceReconciler programmed, NameBook names)
    {
        var spec = names.Frontend(key);
        var backends = IdsOf(entry, tables).Select(id =>
        {
            var backend = tables.Backends[(int)id];
            var address = backend.Address.ToIPAddress();
            var (pod, node, _) = names.Endpoint(address);
            return new FrontendBackendReport(address.ToString(), backend.Port, pod, node);
        });
        return new FrontendReport(
            spec?.ServiceName.ToString() ?? "", spec?.PortName ?? "", spec?.Kind.ToString() ?? "",
            key.Vip.ToString(), key.Port, ProtocolName(key.Proto),
            key.Scope == (byte)SvcScope.External ? "external" : "cluster", (entry.Flags & (uint)SvcFlags.Affinity) != 0, [.. backends])
        {
            Programmed = programmed.TryGetProgrammed(key, out var at),
            ProgrammedAt = at,
        };
    }

    private static FrontendReport MissingOf(SvcKey key, FrontendSpec spec) => new(
        spec.ServiceName.ToString(), spec.PortName, spec.Kind.ToString(), key.Vip.ToString(), key.Port, ProtocolName(key.Proto),
        key.Scope == (byte)SvcScope.External ? "external" : "cluster", false, [])
    {
        Programmed = false,
    };

    // A table may be written while it is read; an index that makes no sense is passed over.
    private static IEnumerable<uint> IdsOf(SvcEntry entry, DatapathTables tables)
    {
        for (var i = entry.Base; i < entry.Base + entry.Count && i < tables.Slots.Length; i++)
        {
            var id = tables.Slots[(int)i];
            if (id != 0 && id < tables.Backends.Length)
            {
                yield return id;
            }
        }
    }

    private static string ProtocolName(byte number) => number switch { 6 => "TCP", 17 => "UDP", 132 => "SCTP", _ => number.ToString() };
}
