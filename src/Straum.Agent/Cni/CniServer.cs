using System.Text.Json;
using Microsoft.Extensions.Logging;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// The CNI specification, versions 0.3.1 to 1.1.0, without its processes and pipes: calls in, what the plugin prints out.
/// Knows nothing of how calls arrive; see docs/reference/cni.md for what each answers. Safe for any number of calls at once.
/// </summary>
public sealed partial class CniServer
{
    private readonly PodRegistry _registry;
    private readonly PodAttachments _attachments;
    private readonly Func<NodeReadiness> _readiness;
    private readonly ILogger _log;

    public CniServer(PodRegistry registry, PodAttachments attachments, Func<NodeReadiness> readiness, ILogger<CniServer> log)
    {
        _registry = registry;
        _attachments = attachments;
        _readiness = readiness;
        _log = log;
    }

    /// <summary>Answers the body of a <c>POST /cni</c>. Never throws for what a caller sends.</summary>
    public async Task<CniResponse> HandleAsync(ReadOnlyMemory<byte> body)
    {
        if (!CniRequest.TryParse(body, out var request, out var error))
        {
            return CniResponse.Failure(CniVersion.V110, error);
        }
        return await HandleAsync(request).ConfigureAwait(false);
    }

    public async Task<CniResponse> HandleAsync(CniRequest request)
    {
        var version = request.Config.Version;
        try
        {
            return request.Command switch
            {
                CniCommand.Add => await AddAsync(request).ConfigureAwait(false),
                CniCommand.Del => await DeleteAsync(request).ConfigureAwait(false),
                CniCommand.Check when version >= CniVersion.V040 => await CheckAsync(request).ConfigureAwait(false),
                CniCommand.Gc when version >= CniVersion.V110 => await CollectAsync(request).ConfigureAwait(false),
                CniCommand.Status when version >= CniVersion.V110 => Status(request),
                CniCommand.Version => CniResponse.Versions(version),
                _ => CniResponse.Failure(version, new CniError(
                    CniErrorCode.IncompatibleVersion, $"cniVersion {version} has no {request.Command.ToString().ToUpperInvariant()}")),
            };
        }
        catch (Exception e)
        {
            // The runtime is owed an answer whatever happens; it shows it to whoever has to report the fault.
            LogFault(_log, request.Command, request.Owner.ToString(), e);
            return CniResponse.Failure(version, new CniError(CniErrorCode.Failed, "the agent has a fault", e.Message));
        }
    }

    private async Task<CniResponse> AddAsync(CniRequest request)
    {
        var version = request.Config.Version;
        if (!PodIdentity.TryParse(request.Arguments, out var identity, out var error)
            || !TryReadMac(request.Config, out var mac, out error))
        {
            return CniResponse.Failure(version, error);
        }
        if (request.Config.PreviousResult is not null)
        {
            return CniResponse.Failure(version, new CniError(
                CniErrorCode.UnsupportedField, "straum-cni makes the pod's interface and must be the first plugin of the list",
                "prevResult is not empty"));
        }
        if (Readiness() is { CanAttach: false } readiness)
        {
            return CniResponse.Failure(version, new CniError(CniErrorCode.TryAgainLater, "the node cannot take pods yet", readiness.Reason));
        }
        var runtimeConfig = request.Config.RuntimeConfig;
        var (pod, refusal) = await _attachments.AttachAsync(new AttachRequest(
            request.Owner, request.Config.Name, request.NetworkNamespace, identity, mac,
            runtimeConfig.ValueKind == JsonValueKind.Object ? runtimeConfig.GetRawText() : "")).ConfigureAwait(false);
        return pod is null
            ? CniResponse.Failure(version, refusal!)
            : CniResponse.Success(version, new CniResult(pod, request.Config));
    }

    /// <summary>
    /// Succeeds even when the kernel refuses: what could not be removed at once keeps its addresses and is finished by the
    /// reconciler. An error would only keep the runtime from ever deleting the pod.
    /// </summary>
    private async Task<CniResponse> DeleteAsync(CniRequest request)
    {
        await _attachments.DetachAsync(request.Owner).ConfigureAwait(false);
        return CniResponse.Done;
    }

    private async Task<CniResponse> CheckAsync(CniRequest request)
    {
        var version = request.Config.Version;
        if (request.Config.PreviousResult is not { } previous)
        {
            return CniResponse.Failure(version, new CniError(CniErrorCode.InvalidConfig, "CHECK needs the prevResult of ADD"));
        }
        var (pod, faults) = await _attachments.CheckAsync(request.Owner, request.NetworkNamespace, previous).ConfigureAwait(false);
        if (pod is null)
        {
            return CniResponse.Failure(version, new CniError(CniErrorCode.UnknownContainer, "the container is not attached", request.Owner.ToString()));
        }
        return faults.Count == 0
            ? CniResponse.Done
            : CniResponse.Failure(version, new CniError(CniErrorCode.Damaged, $"the network of {pod.Identity} is damaged", string.Join("; ", faults)));
    }

    /// <summary>
    /// Removes what the runtime does not know. A call that names no list at all is refused: it would remove every pod.
    /// </summary>
    private async Task<CniResponse> CollectAsync(CniRequest request)
    {
        var version = request.Config.Version;
        if (request.Config.ValidAttachments is not { } valid)
        {
            return CniResponse.Failure(version, new CniError(
                CniErrorCode.InvalidConfig, "GC without cni.dev/valid-attachments would remove every pod, and removes none"));
        }
        var stale = _registry.Pods.Where(p =>
            p.Network == request.Config.Name && p.State != PodState.Attaching && !valid.Contains(p.Owner)).ToList();
        var left = new List<string>();
        foreach (var pod in stale)
        {
            LogStale(_log, pod);
            if (!await _attachments.DetachAsync(pod.Owner).ConfigureAwait(false))
            {
                left.Add(pod.ToString());
            }
        }
        return left.Count == 0
            ? CniResponse.Done
            : CniResponse.Failure(version, new CniError(
                CniErrorCode.TryAgainLater, $"{left.Count} of {stale.Count} stale attachments could not be removed yet", string.Join("; ", left)));
    }

    /// <summary>
    /// An exhausted prefix is no reason to answer with an error, though the specification would have it: kubelet then calls
    /// the whole node NotReady, and Kubernetes evicts the pods that run there. ADD says it instead.
    /// </summary>
    private CniResponse Status(CniRequest request) => Readiness() is { CanAttach: false } readiness
        ? CniResponse.Failure(request.Config.Version, new CniError(
            readiness.PodsConnected ? CniErrorCode.NotAvailable : CniErrorCode.LimitedConnectivity, "the node cannot take pods", readiness.Reason))
        : CniResponse.Done;

    private NodeReadiness Readiness()
    {
        var readiness = _readiness();
        return readiness.CanAttach && !_registry.HasPools
            ? NodeReadiness.NotReady("the Node object has no podCIDR yet") with { PodsConnected = readiness.PodsConnected }
            : readiness;
    }

    private static bool TryReadMac(CniConfig config, out MacAddress? mac, [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out CniError? error)
    {
        (mac, error) = (null, null);
        var text = CniConfig.Text(config.RuntimeConfig, "mac");
        if (text.Length == 0)
        {
            return true;
        }
        if (!MacAddress.TryParse(text, out var parsed) || parsed.IsMulticast)
        {
            error = new CniError(CniErrorCode.InvalidConfig, "runtimeConfig.mac is not a unicast Ethernet address", text);
            return false;
        }
        mac = parsed;
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the runtime does not know {Pod}; removing it")]
    private static partial void LogStale(ILogger log, PodRecord pod);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Command} of {Owner} met a fault")]
    private static partial void LogFault(ILogger log, CniCommand command, string owner, Exception fault);
}
