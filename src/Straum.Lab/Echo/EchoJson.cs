using System.Text.Json.Serialization;

namespace Straum.Lab.Echo;

/// <summary>The wire form of the echo and probe records.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EchoAnswer))]
[JsonSerializable(typeof(ProbeReport))]
public sealed partial class EchoJson : JsonSerializerContext;
