using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Informers;
using Straum.Kubernetes.Objects;

namespace Straum.Agent.Daemon.Conditions;

/// <summary>
/// Says on a Service that this node has no room for it, unless another node says so already: every node may write the same
/// condition, and one does (ADR 10). One write at a time, and none that a watch shows to be needless:
/// (1) what the watches tell decides whether there is anything to do; (2) the Service is read anew, for what was watched may be old
/// and its version is not one to write with; (3) it is decided once more, and written unless the Service has changed since.
/// Who was too late looks again.
/// </summary>
/// <param name="client">Null where there is no API server.</param>
/// <param name="node">This node's name.</param>
/// <param name="clock">Dates the conditions, and spaces the writes.</param>
/// <param name="random">Keeps nodes from writing in step.</param>
/// <param name="log">For conditions that cannot be written.</param>
internal sealed class ServiceConditions(KubernetesClient? client, string node, TimeProvider clock, Random random, ILogger log)
{
    // Tables of a thousand nodes are full in the same second: the first writes, and the others see it before it is their turn.
    // Who was not the first waits for another turn, or all who were not would go on in step.
    private static readonly TimeSpan Spread = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    // What was written is watched within moments. A Service that then still is as it was is seen to once more.
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(30);

    // A right that is missing is missing on every node, and each try is a line in the API server's audit log.
    private static readonly TimeSpan UntilRightsChange = TimeSpan.FromHours(1);

    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ConditionBoard _board = new(node);
    private readonly Dictionary<NamespacedName, (Service Watched, long At)> _settled = [];
    private readonly Backoff _pauses = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), random);
    private Shortage _shortage = Shortage.None;
    private bool _hasFailed;

    /// <summary>To be called after every pass, by its loop.</summary>
    public void Passed(NodeLoopState state)
    {
        if (client is not null)
        {
            Volatile.Write(ref _shortage, Volatile.Read(ref _shortage).After(state));
            _wake.Writer.TryWrite(true);
        }
    }

    /// <summary>Writes conditions until cancelled.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        await foreach (var _ in _wake.Reader.ReadAllAsync(ct))
        {
            if (Next() is null)
            {
                continue;
            }
            await Task.Delay(Spread * random.NextDouble(), clock, ct);
            while (await StepAsync(ct) is { } pause)
            {
                await Task.Delay(pause, clock, ct);
            }
        }
    }

    /// <summary>Writes one condition, if one is to be written; returns how long to wait before the next, or null when there is none.</summary>
    internal async Task<TimeSpan?> StepAsync(CancellationToken ct)
    {
        if (Next() is not { } watched)
        {
            return null;
        }
        var isOurs = false;
        try
        {
            isOurs = await WriteAsync(watched.Key, ct);
            _hasFailed = false;
            _pauses.Reset();
        }
        catch (KubernetesException e) when (e.IsConflict || e.IsNotFound)
        {
            // Changed, or gone, since it was read: the watch will tell.
        }
        catch (KubernetesException e) when (IsOfThisService(e.StatusCode))
        {
            log.LogWarning("the condition of Service {Service} cannot be written: {Reason}", watched.Key, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            return Failed(e);
        }
        _settled[watched.Key] = (watched, clock.GetTimestamp());
        return isOurs ? Pace * (0.5 + random.NextDouble()) : Spread * random.NextDouble();
    }

    // Whoever refused one for what it is (a webhook, a validation) may take the next.
    private static bool IsOfThisService(HttpStatusCode? status) =>
        status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError
            and not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests);

    private TimeSpan Failed(Exception e)
    {
        var isForbidden = e is KubernetesException { IsForbidden: true };
        if (!_hasFailed)
        {
            log.LogWarning("conditions on Services cannot be written: {Reason}{Hint}", e.Message,
                isForbidden ? ". It is not among the rights of the manifests; docs/guide/install.md says how to grant it. Events and straum status tell the same" : "");
        }
        _hasFailed = true;
        return isForbidden ? UntilRightsChange * (0.5 + random.NextDouble()) : _pauses.Next((e as KubernetesException)?.Status.RetryAfter);
    }

    private Service? Next()
    {
        _board.Update(Volatile.Read(ref _shortage));
        foreach (var (key, (_, at)) in _settled)
        {
            if (clock.GetElapsedTime(at) > Echo)
            {
                _settled.Remove(key);
            }
        }
        return _board.Next(service => _settled.TryGetValue(service.Key, out var last) && ReferenceEquals(last.Watched, service));
    }

    // False when another node was faster.
    private async Task<bool> WriteAsync(NamespacedName key, CancellationToken ct)
    {
        // A list of one, which the agent may ask for already.
        var one = new Selection { Namespace = key.Namespace, FieldSelector = $"metadata.name={key.Name}" };
        if ((await client!.ListAllAsync(Kinds.Services, one, ct)).Objects is not [var service])
        {
            return false;
        }
        if (PatchFor(service) is not { } patch)
        {
            return false;
        }
        await client.PatchStatusItemsAsync(Kinds.Services, key, patch, ct);
        return true;
    }

    private JsonObject? PatchFor(Service service) => _board.StepFor(service) switch
    {
        ConditionStep.Claim => ProgrammedCondition.Claim(service.Meta.ResourceVersion, node, _board.WhyNot(service), clock.GetUtcNow()),
        ConditionStep.Clear => ProgrammedCondition.Clear(service.Meta.ResourceVersion),
        _ => null,
    };
}
