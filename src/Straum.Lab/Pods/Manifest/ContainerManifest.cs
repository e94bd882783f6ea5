using System.Text.Json;

namespace Straum.Lab.Pods.Manifest;

/// <summary>One container: a command on the host's file system.</summary>
public sealed record ContainerManifest
{
    public required string Name { get; init; }

    /// <summary>Not pulled; shown in the status, because clients expect one.</summary>
    public string Image { get; init; } = "";

    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public string WorkingDirectory { get; init; } = "/";

    public IReadOnlyList<EnvironmentVariable> Environment { get; init; } = [];

    /// <summary>Ports by name, for probes that refer to one.</summary>
    public IReadOnlyDictionary<string, int> Ports { get; init; } = new Dictionary<string, int>();

    public ProbeManifest? Startup { get; init; }

    public ProbeManifest? Readiness { get; init; }

    public ProbeManifest? Liveness { get; init; }

    public static ContainerManifest Read(JsonElement container)
    {
        var ports = new Dictionary<string, int>();
        foreach (var port in container.Items("ports"))
        {
            if (port.Text("name") is { Length: > 0 } name && port.Number("containerPort") is { } number)
            {
                ports[name] = (int)number;
            }
        }
        return new ContainerManifest
        {
            Name = container.Text("name") ?? "",
            Image = container.Text("image") ?? "",
            Command = [.. container.Items("command").Select(e => e.GetString() ?? "")],
            Arguments = [.. container.Items("args").Select(e => e.GetString() ?? "")],
            WorkingDirectory = container.Text("workingDir") is { Length: > 0 } directory ? directory : "/",
            Environment = [.. container.Items("env").Select(EnvironmentVariable.Read)],
            Ports = ports,
            Startup = ProbeManifest.Read(container, "startupProbe", ports),
            Readiness = ProbeManifest.Read(container, "readinessProbe", ports),
            Liveness = ProbeManifest.Read(container, "livenessProbe", ports),
        };
    }
}
