using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>Events are one kind with two faces: stored as core v1, served by events.k8s.io/v1 under other field names.</summary>
internal sealed class EventConverter : IVersionConverter
{
    private static readonly (string Stored, string Served)[] Names =
    [
        ("involvedObject", "regarding"),
        ("message", "note"),
        ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"),
        ("reportingComponent", "reportingController"),
    ];

    public JsonObject FromStored(JsonObject stored)
    {
        foreach (var (from, to) in Names)
        {
            Rename(stored, from, to);
        }
        return stored;
    }

    public JsonObject ToStored(JsonObject served)
    {
        foreach (var (to, from) in Names)
        {
            Rename(served, from, to);
        }
        served["apiVersion"] = "v1";
        return served;
    }

    private static void Rename(JsonObject obj, string from, string to)
    {
        if (obj.Remove(from, out var value))
        {
            obj[to] = value;
        }
    }
}
