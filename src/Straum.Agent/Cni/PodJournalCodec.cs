using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Straum.Control.Addressing;
using Straum.Kubernetes.Objects;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// The lines of the pod journal: <c>{"boot":"…"}</c> first, then <c>{"pod":{…}}</c> for each state a pod takes, and
/// <c>{"freed":{…}}</c> when its addresses go to rest. Unknown members are skipped, so that an older agent can read what a
/// newer one wrote.
/// </summary>
internal static class PodJournalCodec
{
    public static string Boot(string bootId) => Write(json => json.WriteString("boot", bootId));

    public static string Pod(PodRecord pod) => Write(json =>
    {
        json.WriteStartObject("pod");
        WriteOwner(json, pod.Owner);
        json.WriteString("state", StateName(pod.State));
        json.WriteString("network", pod.Network);
        json.WriteString("netns", pod.NetworkNamespace);
        json.WriteNumber("netnsInode", pod.NetworkNamespaceInode);
        json.WriteString("namespace", pod.Identity.Namespace);
        json.WriteString("name", pod.Identity.Name);
        json.WriteString("uid", pod.Identity.Uid);
        WriteAddresses(json, pod.Addresses);
        json.WriteString("hostInterface", pod.HostInterface);
        json.WriteNumber("hostInterfaceIndex", pod.HostInterfaceIndex);
        json.WriteString("hostMac", pod.HostMac.ToString());
        json.WriteString("podMac", pod.PodMac.ToString());
        json.WriteNumber("mtu", pod.Mtu);
        json.WriteString("runtimeConfig", pod.RuntimeConfig);
        json.WriteString("since", pod.Since);
        json.WriteEndObject();
    });

    /// <param name="owner">Whose addresses they were; its pod is forgotten. The default when only the rest is to be kept.</param>
    /// <param name="addresses">What goes to rest.</param>
    /// <param name="until">When the rest is over.</param>
    public static string Freed(AddressOwner owner, ValueArray<IPAddress> addresses, DateTimeOffset until) => Write(json =>
    {
        json.WriteStartObject("freed");
        WriteOwner(json, owner);
        WriteAddresses(json, addresses);
        json.WriteString("until", until);
        json.WriteEndObject();
    });

    /// <summary>Plays one line back. Returns <c>false</c> when it cannot be understood.</summary>
    public static bool TryApply(string line, PodJournalState state)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.TryGetProperty("boot", out var boot))
            {
                state.BootId = boot.GetString() ?? "";
            }
            else if (root.TryGetProperty("pod", out var pod))
            {
                var record = ReadPod(pod);
                state.Pods[record.Owner] = record;
            }
            else if (root.TryGetProperty("freed", out var freed))
            {
                state.Pods.Remove(ReadOwner(freed));
                var until = freed.GetProperty("until").GetDateTimeOffset();
                foreach (var address in ReadAddresses(freed))
                {
                    state.Resting.Add(new QuarantinedAddress(address, until));
                }
            }
            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }

    private static PodRecord ReadPod(JsonElement pod) => new()
    {
        Owner = ReadOwner(pod),
        State = pod.GetProperty("state").GetString() switch
        {
            "attaching" => PodState.Attaching,
            "attached" => PodState.Attached,
            "detaching" => PodState.Detaching,
            var other => throw new FormatException($"unknown pod state {other}"),
        },
        Network = Text(pod, "network"),
        NetworkNamespace = Text(pod, "netns"),
        NetworkNamespaceInode = pod.GetProperty("netnsInode").GetUInt64(),
        Identity = new PodIdentity(Text(pod, "namespace"), Text(pod, "name"), Text(pod, "uid")),
        Addresses = ReadAddresses(pod),
        HostInterface = Text(pod, "hostInterface"),
        HostInterfaceIndex = pod.GetProperty("hostInterfaceIndex").GetInt32(),
        HostMac = MacAddress.Parse(Text(pod, "hostMac")),
        PodMac = MacAddress.Parse(Text(pod, "podMac")),
        Mtu = pod.GetProperty("mtu").GetInt32(),
        RuntimeConfig = Text(pod, "runtimeConfig"),
        Since = pod.GetProperty("since").GetDateTimeOffset(),
    };

    private static string StateName(PodState state) => state switch
    {
        PodState.Attaching => "attaching",
        PodState.Attached => "attached",
        _ => "detaching",
    };

    private static void WriteOwner(Utf8JsonWriter json, AddressOwner owner)
    {
        json.WriteString("containerId", owner.ContainerId ?? "");
        json.WriteString("ifName", owner.InterfaceName ?? "");
    }

    private static AddressOwner ReadOwner(JsonElement element) => new(Text(element, "containerId"), Text(element, "ifName"));

    private static void WriteAddresses(Utf8JsonWriter json, ValueArray<IPAddress> addresses)
    {
        json.WriteStartArray("addresses");
        foreach (var address in addresses)
        {
            json.WriteStringValue(address.ToString());
        }
        json.WriteEndArray();
    }

    private static ValueArray<IPAddress> ReadAddresses(JsonElement element) =>
        element.GetProperty("addresses").EnumerateArray().Select(a => IPAddress.Parse(a.GetString() ?? "")).ToValueArray();

    private static string Text(JsonElement element, string key) => element.GetProperty(key).GetString() ?? "";

    private static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
