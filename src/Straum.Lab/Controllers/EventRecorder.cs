using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>
/// Writes the Events that <c>kubectl describe</c> shows. Nobody waits for them, and one that cannot be written is lost:
/// they tell a story and decide nothing.
/// </summary>
internal sealed class EventRecorder(ObjectWriter writer, ResourceRegistry registry, TimeProvider clock)
{
    private readonly ApiResource _events = registry.Get("events");
    private long _sequence;

    public void Normal(string controller, StoredObject about, string reason, string message) => Record("Normal", controller, about, reason, message);

    public void Warning(string controller, StoredObject about, string reason, string message) => Record("Warning", controller, about, reason, message);

    private void Record(string type, string controller, StoredObject about, string reason, string message)
    {
        var now = clock.GetUtcNow();
        var ns = about.Namespace.Length > 0 ? about.Namespace : "default";
        var kind = registry.FindStored(about.Key.Resource);
        _ = WriteAsync(ns, new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["name"] = $"{about.Name}.{now.Ticks:x}{Interlocked.Increment(ref _sequence) & 0xfff:x3}" },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = kind?.ApiVersion,
                ["kind"] = kind?.Kind,
                ["namespace"] = about.Namespace,
                ["name"] = about.Name,
                ["uid"] = about.Uid,
                ["resourceVersion"] = about.Revision.ToString(),
            },
            ["reason"] = reason,
            ["message"] = message,
            ["type"] = type,
            ["source"] = new JsonObject { ["component"] = controller },
            ["reportingComponent"] = controller,
            ["firstTimestamp"] = now.ToTimestamp(),
            ["lastTimestamp"] = now.ToTimestamp(),
            ["count"] = 1,
        });
    }

    private async Task WriteAsync(string ns, JsonObject obj)
    {
        try
        {
            await writer.CreateAsync(_events, ns, obj).ConfigureAwait(false);
        }
        catch (Exception e) when (e is StatusException or StoreFaultException)
        {
            // The namespace goes, or the server stops.
        }
    }
}
