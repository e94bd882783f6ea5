using Straum.Agent.LocalApi.Reports;
using Straum.Agent.Metrics;
using Straum.Kubernetes.Informers;

namespace Straum.Agent.Daemon.Reporting;

/// <summary>What the reports say, as numbers for Prometheus. docs/reference/metrics.md has the list.</summary>
internal static class MetricsReporter
{
    public static string Write(StatusReport status, DropsReport drops, ProgrammingLatency latency, IReadOnlyList<InformerStatus> watches, int unplaced)
    {
        var text = new MetricsText();
        text.Gauge("straum_info", "Always 1; its labels name what runs.", 1, ("node", status.Node), ("version", status.Version), ("mode", status.Mode));
        text.Gauge("straum_programmed", "1 when the node's kernel does what the API says, as far as it was heard.", status.Waiting is null && status.Reconcile.Failure is null ? 1 : 0);
        text.Gauge("straum_pods", "Pods attached.", status.Pods);
        text.Gauge("straum_service_frontends", "Frontends of Services in the kernel.", status.Services);
        text.Counter("straum_passes_total", "Passes that compared the kernel with the API.", status.Reconcile.Passes);
        Many("straum_problems", "What keeps the node from doing what it is told.", "gauge",
            status.Problems.GroupBy(p => p.Severity).Select(g => (g.Key, (double)g.Count())), "severity");
        text.Gauge("straum_unplaced", "What found no room in a table: frontends of Services, and prefixes of nodes as one.", unplaced);
        Many("straum_table_entries", "Entries in use.", "gauge", status.Tables.Select(t => (t.Name, (double)t.Used)), "table");
        Many("straum_table_capacity", "Entries that there is room for.", "gauge", status.Tables.Select(t => (t.Name, (double)t.Size)), "table");
        Many("straum_drift_total", "Entries that were otherwise than they had been left, and repaired.", "counter", status.Drift.Select(d => (d.Key, (double)d.Value)), "table");
        Many("straum_datapath_total", "What the programs counted that is no drop.", "counter", status.Counters.Select(c => (c.Key, (double)c.Value)), "what");
        Many("straum_watch_events_total", "Events received.", "counter", watches.Select(w => (w.Kind, (double)w.Events)), "kind");
        Many("straum_watch_lists_total", "Complete lists; all but the first are relists.", "counter", watches.Select(w => (w.Kind, (double)w.Lists)), "kind");
        text.Head("straum_drops_total", "Packets and connections refused.", "counter");
        foreach (var drop in drops.Drops)
        {
            text.Sample("straum_drops_total", drop.Packets, ("reason", drop.Reason), ("place", drop.Place));
        }
        text.Head("straum_event_to_kernel_seconds", "From an event of the API until the kernel does what it says.", "histogram");
        foreach (var (kind, reading) in latency.Read())
        {
            text.Histogram("straum_event_to_kernel_seconds", reading, "kind", kind);
        }
        return text.ToString();

        void Many(string name, string help, string type, IEnumerable<(string Label, double Value)> samples, string label)
        {
            text.Head(name, help, type);
            foreach (var (labelValue, value) in samples)
            {
                text.Sample(name, value, (label, labelValue));
            }
        }
    }
}
