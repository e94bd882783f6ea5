using System.Text.Json;

namespace Straum.Lab.Pods.Manifest;

/// <summary>What a probe does: one of the nested kinds.</summary>
public abstract record ProbeAction
{
    /// <summary>GET; any status from 200 to 399 is success. A null host is the pod's address.</summary>
    public sealed record HttpGet(string? Host, int Port, string Path, IReadOnlyList<KeyValuePair<string, string>> Headers) : ProbeAction;

    /// <summary>Success when the connection is accepted. A null host is the pod's address.</summary>
    public sealed record TcpSocket(string? Host, int Port) : ProbeAction;

    /// <summary>A command in the pod's namespace; exit code 0 is success.</summary>
    public sealed record Exec(IReadOnlyList<string> Command) : ProbeAction;

    internal static ProbeAction? Read(JsonElement probe, IReadOnlyDictionary<string, int> ports)
    {
        if (probe.Part("httpGet") is { } http)
        {
            return new HttpGet(http.Text("host"), PortOf(http, ports), http.Text("path") ?? "/",
                [.. http.Items("httpHeaders").Select(h => KeyValuePair.Create(h.Text("name") ?? "", h.Text("value") ?? ""))]);
        }
        if (probe.Part("tcpSocket") is { } tcp)
        {
            return new TcpSocket(tcp.Text("host"), PortOf(tcp, ports));
        }
        return probe.Part("exec") is { } exec ? new Exec([.. exec.Items("command").Select(e => e.GetString() ?? "")]) : null;
    }

    // A name that no port has probes port 0, which always fails and says so; the API server does not check the reference.
    private static int PortOf(JsonElement action, IReadOnlyDictionary<string, int> ports) =>
        action.Part("port") is { ValueKind: JsonValueKind.String } name ? ports.GetValueOrDefault(name.GetString()!) : (int)(action.Number("port") ?? 0);
}
