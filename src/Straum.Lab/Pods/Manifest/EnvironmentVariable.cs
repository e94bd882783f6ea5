using System.Text.Json;

namespace Straum.Lab.Pods.Manifest;

/// <summary>One entry of a container's env.</summary>
/// <param name="Name">The variable.</param>
/// <param name="Value">Its text, in which <c>$(OTHER)</c> refers to variables before it.</param>
/// <param name="Field">A downward API field path that gives the value instead; null without one.</param>
public sealed record EnvironmentVariable(string Name, string Value, string? Field)
{
    public static EnvironmentVariable Read(JsonElement variable) => new(
        variable.Text("name") ?? "",
        variable.Text("value") ?? "",
        variable.Part("valueFrom")?.Part("fieldRef")?.Text("fieldPath"));
}
