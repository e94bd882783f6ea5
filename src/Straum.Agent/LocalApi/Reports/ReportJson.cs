using System.Text.Json.Serialization;

namespace Straum.Agent.LocalApi.Reports;

/// <summary>The wire form of the reports: camelCase, null left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatusReport))]
[JsonSerializable(typeof(ServicesReport))]
[JsonSerializable(typeof(EndpointsReport))]
[JsonSerializable(typeof(PodsReport))]
[JsonSerializable(typeof(RoutesReport))]
[JsonSerializable(typeof(DropsReport))]
[JsonSerializable(typeof(LocalApiError))]
public sealed partial class ReportJson : JsonSerializerContext;
