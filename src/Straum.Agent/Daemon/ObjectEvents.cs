using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Straum.Control.Problems;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Snapshots;

namespace Straum.Agent.Daemon;

/// <summary>
/// Tells whoever looks at an object with kubectl that this node has no room for it. What a table that grows settles by itself is
/// not told, nor what a moment may settle: only what is still so at the next pass. Events tell a story and decide nothing, so one that cannot be written is
/// logged and lost.
/// </summary>
/// <param name="client">Null where there is no API server.</param>
/// <param name="node">This node's name.</param>
/// <param name="clock">Dates the Events.</param>
/// <param name="log">For Events that cannot be written.</param>
internal sealed class ObjectEvents(KubernetesClient? client, string node, TimeProvider clock, ILogger log)
{
    private const string Reason = "NotProgrammed";

    // As many as anybody reads: a table that is full for good leaves out thousands of objects for one reason.
    private const int AtOnce = 32;

    private readonly Channel<(string Namespace, JsonObject Event)> _waiting =
        Channel.CreateBounded<(string, JsonObject)>(new BoundedChannelOptions(AtOnce) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly HashSet<Problem> _told = [];
    private HashSet<Problem> _before = [];

    /// <summary>To be called after every pass, by its loop.</summary>
    public void Passed(NodeLoopState state)
    {
        var now = state.Unplaced.ToHashSet();
        _told.IntersectWith(now);
        foreach (var problem in now.Except(state.Settling).Where(p => _before.Contains(p) && client is not null && _told.Add(p)))
        {
            _waiting.Writer.TryWrite((NamespaceOf(problem.Object), EventOf(problem, state.Snapshot)));
        }
        _before = now;
    }

    /// <summary>Writes Events until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await foreach (var (inNamespace, told) in _waiting.Reader.ReadAllAsync(ct))
        {
            try
            {
                await client!.CreateAsync(Kinds.Events, inNamespace, told, ct);
            }
            catch (Exception e) when (e is KubernetesException or HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                log.LogWarning("an Event could not be written: {Reason}", e.Message);
            }
        }
    }

    private JsonObject EventOf(Problem problem, Snapshot snapshot)
    {
        var now = clock.GetUtcNow();
        var time = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
        var (name, inNamespace) = (problem.Object.Name.Name, problem.Object.Name.Namespace);
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Event",
            ["metadata"] = new JsonObject { ["generateName"] = name + ".", ["namespace"] = NamespaceOf(problem.Object) },
            ["involvedObject"] = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = problem.Object.Kind,
                ["namespace"] = inNamespace,
                ["name"] = name,
                ["uid"] = problem.Object.Kind == "Service" ? snapshot.Services.Find(inNamespace, name)?.Meta.Uid : snapshot.Nodes.Find("", name)?.Meta.Uid,
            },
            ["type"] = "Warning",
            ["reason"] = Reason,
            ["message"] = $"{node}: {problem.Message} {problem.Fix}",
            ["source"] = new JsonObject { ["component"] = "straum", ["host"] = node },
            ["reportingComponent"] = "straum",
            ["reportingInstance"] = node,
            ["firstTimestamp"] = time,
            ["lastTimestamp"] = time,
            ["count"] = 1,
        };
    }

    // Of an object without a namespace, as kubelet's.
    private static string NamespaceOf(ObjectName about) => about.Name.Namespace.Length > 0 ? about.Name.Namespace : "default";
}
