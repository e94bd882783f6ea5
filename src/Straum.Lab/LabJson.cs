using System.Text.Json.Serialization;

namespace Straum.Lab;

/// <summary>The lab's state files and the JSON of <c>straum lab … -o json</c>.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    WriteIndented = true)]
[JsonSerializable(typeof(LabRecord))]
[JsonSerializable(typeof(Processes.ProcessRecord))]
[JsonSerializable(typeof(Pods.Sandboxes.SandboxRecord))]
[JsonSerializable(typeof(LabStatus))]
[JsonSerializable(typeof(Check.CheckReport))]
public sealed partial class LabJson : JsonSerializerContext;
