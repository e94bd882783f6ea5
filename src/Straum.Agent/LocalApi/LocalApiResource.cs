using System.Text.Json.Serialization.Metadata;
using Straum.Agent.LocalApi.Reports;

namespace Straum.Agent.LocalApi;

/// <summary>One thing that the local API can be asked: its path, its report and how that is written.</summary>
/// <typeparam name="T">The report.</typeparam>
/// <param name="Path">/v1/name.</param>
/// <param name="Read">How the agent makes it.</param>
/// <param name="Json">How it is written.</param>
public sealed record LocalApiResource<T>(string Path, Func<IAgentState, T> Read, JsonTypeInfo<T> Json);

/// <summary>All of them; the server and the client go by the same table.</summary>
public static class LocalApiResources
{
    public static LocalApiResource<StatusReport> Status { get; } = new("/v1/status", static s => s.ReadStatus(), ReportJson.Default.StatusReport);

    public static LocalApiResource<ServicesReport> Services { get; } = new("/v1/services", static s => s.ReadServices(), ReportJson.Default.ServicesReport);

    public static LocalApiResource<EndpointsReport> Endpoints { get; } = new("/v1/endpoints", static s => s.ReadEndpoints(), ReportJson.Default.EndpointsReport);

    public static LocalApiResource<PodsReport> Pods { get; } = new("/v1/pods", static s => s.ReadPods(), ReportJson.Default.PodsReport);

    public static LocalApiResource<RoutesReport> Routes { get; } = new("/v1/routes", static s => s.ReadRoutes(), ReportJson.Default.RoutesReport);

    public static LocalApiResource<DropsReport> Drops { get; } = new("/v1/drops", static s => s.ReadDrops(), ReportJson.Default.DropsReport);
}
