using System.Text.Json;

namespace Straum.Lab.Pods.Manifest;

/// <summary>A startup, readiness or liveness probe; the times have the API's defaults.</summary>
public sealed record ProbeManifest
{
    public required ProbeAction Action { get; init; }

    public TimeSpan InitialDelay { get; init; }

    public TimeSpan Period { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    public int SuccessThreshold { get; init; } = 1;

    public int FailureThreshold { get; init; } = 3;

    /// <returns>Null where the container has no such probe, or one of a kind that the lab does not know (grpc).</returns>
    public static ProbeManifest? Read(JsonElement container, string field, IReadOnlyDictionary<string, int> ports) =>
        container.Part(field) is { } probe && ProbeAction.Read(probe, ports) is { } action
            ? new ProbeManifest
            {
                Action = action,
                InitialDelay = TimeSpan.FromSeconds(probe.Number("initialDelaySeconds") ?? 0),
                Period = TimeSpan.FromSeconds(probe.Number("periodSeconds") is { } period and > 0 ? period : 10),
                Timeout = TimeSpan.FromSeconds(probe.Number("timeoutSeconds") is { } timeout and > 0 ? timeout : 1),
                SuccessThreshold = (int)(probe.Number("successThreshold") is { } success and > 0 ? success : 1),
                FailureThreshold = (int)(probe.Number("failureThreshold") is { } failure and > 0 ? failure : 3),
            }
            : null;
}
