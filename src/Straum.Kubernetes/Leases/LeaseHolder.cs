using System.Text.Json.Nodes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Leases;

/// <summary>
/// A candidate for a Lease: at any time at most one candidate holds it, provided that clocks run equally fast
/// (they need not agree on the time). Every write carries the version it was decided on, so of two that try at
/// once one gets 409.
/// </summary>
/// <remarks>
/// Another holder's time stamps are never compared with our clock. A lease counts as abandoned when we have
/// ourselves watched it stay the same for its whole duration.
/// </remarks>
public sealed class LeaseHolder
{
    private readonly KubernetesClient _client;
    private readonly LeaseOptions _options;
    private readonly TimeProvider _time;
    private readonly Random _random;

    /// <summary>The lease as the server last told us, with all its fields; null when there is none yet.</summary>
    private JsonObject? _observed;

    /// <summary>When <see cref="_observed"/> came to be what it is.</summary>
    private long _observedAt;

    /// <summary>When the last successful renewal was sent.</summary>
    private long _renewedAt;

    private volatile bool _held;

    public LeaseHolder(KubernetesClient client, LeaseOptions options, TimeProvider time, Random random)
    {
        if (options.Validate() is [var wrong, ..])
        {
            throw new ArgumentException(wrong, nameof(options));
        }
        (_client, _options, _time, _random) = (client, options, time, random);
    }

    /// <summary>Raised when we come to hold the lease.</summary>
    public event Action? Acquired;

    /// <summary>Raised when we hold it no longer: taken, not renewed in time, or released.</summary>
    public event Action? Lost;

    /// <summary>
    /// We hold the lease now. Turns false by the clock alone when renewals fail, before anyone else may take it.
    /// </summary>
    public bool IsHeld => _held && _time.GetElapsedTime(Volatile.Read(ref _renewedAt)) < _options.RenewDeadline;

    /// <summary>Who holds it as far as we know; empty when nobody does.</summary>
    public string Holder { get; private set; } = "";

    /// <summary>Why the last attempt failed; null while all is well.</summary>
    public string? LastError { get; private set; }

    /// <summary>Acquires and renews until cancelled, then releases.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await AttemptAsync(ct).ConfigureAwait(false);
            if (_held && !IsHeld)
            {
                Lose();
            }
            var pause = _options.RetryPeriod * (1 + (_random.NextDouble() / 5));
            await Task.Delay(pause, _time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await ReleaseAsync().ConfigureAwait(false);
    }

    /// <summary>Acquires or renews once.</summary>
    private async Task AttemptAsync(CancellationToken ct)
    {
        // An attempt that outlives the deadline would renew what we have already given up.
        using var deadline = new CancellationTokenSource(_options.RenewDeadline - _options.RetryPeriod, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        var sentAt = _time.GetTimestamp();
        try
        {
            if (!_held)
            {
                await ObserveAsync(either.Token).ConfigureAwait(false);
            }
            if (!_held && !MayTake())
            {
                return;
            }
            await WriteAsync(either.Token).ConfigureAwait(false);
            LastError = null;
            Volatile.Write(ref _renewedAt, sentAt);
            if (!_held)
            {
                _held = true;
                Acquired?.Invoke();
            }
        }
        catch (KubernetesException e) when (e.IsConflict || e.IsNotFound)
        {
            // Someone else wrote or deleted it since we looked. Whether we still hold it, only a look can tell.
            LastError = e.Message;
            await ReconsiderAsync(ct).ConfigureAwait(false);
        }
        catch (Exception e) when (e is KubernetesException or ClusterConfigException)
        {
            LastError = e.Message;
        }
        catch (OperationCanceledException)
        {
            LastError = ct.IsCancellationRequested ? LastError : "no answer in time";
        }
    }

    private async Task ReconsiderAsync(CancellationToken ct)
    {
        try
        {
            await ObserveAsync(ct).ConfigureAwait(false);
            if (_held && Holder != _options.Identity)
            {
                Lose();
            }
        }
        catch (Exception e) when (e is KubernetesException or ClusterConfigException or OperationCanceledException)
        {
            // Unknown: the renew deadline decides.
        }
    }

    private async Task ObserveAsync(CancellationToken ct)
    {
        JsonObject? lease;
        try
        {
            lease = await _client.GetJsonAsync(Kinds.Leases, _options.Lease, ct).ConfigureAwait(false);
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            lease = null;
        }
        if (_observed is null || Version(lease) != Version(_observed))
        {
            _observedAt = _time.GetTimestamp();
        }
        Observe(lease);
    }

    private void Observe(JsonObject? lease)
    {
        _observed = lease;
        Holder = Text(lease?["spec"]?["holderIdentity"]);
    }

    /// <summary>Nobody holds it, we did before a restart, or its holder was silent for the whole duration.</summary>
    private bool MayTake()
    {
        if (Holder.Length == 0 || Holder == _options.Identity)
        {
            return true;
        }
        var seconds = _observed?["spec"]?["leaseDurationSeconds"] is JsonValue value && value.TryGetValue(out int whole) ? whole : 0;
        return _time.GetElapsedTime(_observedAt) >= TimeSpan.FromSeconds(seconds);
    }

    private async Task WriteAsync(CancellationToken ct)
    {
        var now = _time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'");
        var lease = _observed is null ? NewLease() : (JsonObject)_observed.DeepClone();
        if (lease["spec"] is not JsonObject spec)
        {
            lease["spec"] = spec = [];
        }
        if (Holder != _options.Identity)
        {
            var transitions = spec["leaseTransitions"] is JsonValue value && value.TryGetValue(out int count) ? count : 0;
            spec["leaseTransitions"] = _observed is null ? 0 : transitions + 1;
            spec["acquireTime"] = now;
        }
        spec["holderIdentity"] = _options.Identity;
        spec["leaseDurationSeconds"] = (int)_options.Duration.TotalSeconds;
        spec["renewTime"] = now;
        Observe(_observed is null
            ? await _client.CreateAsync(Kinds.Leases, _options.Lease.Namespace, lease, ct).ConfigureAwait(false)
            : await _client.UpdateAsync(Kinds.Leases, _options.Lease, lease, ct).ConfigureAwait(false));
    }

    /// <summary>Hands the lease back, so that others need not wait. Best effort: it expires anyway.</summary>
    private async Task ReleaseAsync()
    {
        if (!_held)
        {
            return;
        }
        Lose();
        using var deadline = new CancellationTokenSource(_options.RetryPeriod, _time);
        var lease = (JsonObject)_observed!.DeepClone();
        lease["spec"]!["holderIdentity"] = "";
        try
        {
            Observe(await _client.UpdateAsync(Kinds.Leases, _options.Lease, lease, deadline.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is KubernetesException or ClusterConfigException or OperationCanceledException)
        {
            LastError = e.Message;
        }
    }

    private void Lose()
    {
        _held = false;
        Lost?.Invoke();
    }

    private JsonObject NewLease() => new()
    {
        ["apiVersion"] = Kinds.Leases.ApiVersion,
        ["kind"] = Kinds.Leases.Kind,
        ["metadata"] = new JsonObject { ["name"] = _options.Lease.Name, ["namespace"] = _options.Lease.Namespace },
    };

    private static string Version(JsonObject? lease) => Text(lease?["metadata"]?["resourceVersion"]);

    private static string Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text ?? "" : "";
}
