using System.Net;
using System.Text.Json;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

internal static class PodDecoder
{
    public static Pod Decode(ref Utf8JsonReader json)
    {
        var meta = new ObjectMeta();
        var nodeName = "";
        ValueArray<IPAddress> podIPs = default, podIP = default;
        var phase = PodPhase.Unknown;
        bool ready = false, hostNetwork = false;
        var ports = new ArrayBuffer<ContainerPort>();
        while (json.NextField())
        {
            if (json.IsField("metadata"u8))
            {
                meta = json.ReadMeta();
            }
            else if (json.IsField("spec"u8) && json.EnterObject())
            {
                while (json.NextField())
                {
                    if (json.IsField("nodeName"u8)) { nodeName = json.ReadInterned(); }
                    else if (json.IsField("hostNetwork"u8)) { hostNetwork = json.ReadBool(); }
                    else if (json.IsField("containers"u8)) { ReadContainers(ref json, ref ports, init: false); }
                    else if (json.IsField("initContainers"u8)) { ReadContainers(ref json, ref ports, init: true); }
                    else { json.SkipValue(); }
                }
            }
            else if (json.IsField("status"u8) && json.EnterObject())
            {
                while (json.NextField())
                {
                    if (json.IsField("phase"u8)) { phase = ReadPhase(ref json); }
                    else if (json.IsField("podIPs"u8)) { podIPs = json.ReadObjects(ReadPodIP); }
                    else if (json.IsField("podIP"u8)) { podIP = ReadSingleIP(ref json); }
                    else if (json.IsField("conditions"u8)) { ready = json.ReadConditionIsTrue("Ready"u8); }
                    else { json.SkipValue(); }
                }
            }
            else { json.SkipValue(); }
        }
        return new Pod
        {
            Meta = meta,
            NodeName = nodeName,
            PodIPs = podIPs.IsEmpty ? podIP : podIPs,
            Phase = phase,
            Ready = ready,
            HostNetwork = hostNetwork,
            Ports = ports.ToValueArray(),
        };
    }

    private static PodPhase ReadPhase(ref Utf8JsonReader json) => json.ReadInterned() switch
    {
        "Pending" => PodPhase.Pending,
        "Running" => PodPhase.Running,
        "Succeeded" => PodPhase.Succeeded,
        "Failed" => PodPhase.Failed,
        _ => PodPhase.Unknown,
    };

    private static IPAddress ReadPodIP(ref Utf8JsonReader json)
    {
        var address = IPAddress.None;
        while (json.NextField())
        {
            if (json.IsField("ip"u8)) { json.Read(); address = json.GetAddress(); }
            else { json.SkipValue(); }
        }
        return address;
    }

    private static ValueArray<IPAddress> ReadSingleIP(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.Null => default,
            JsonTokenType.String when json.ValueTextEquals(""u8) => default,
            JsonTokenType.String => [json.GetAddress()],
            _ => throw JsonFields.Unexpected(ref json, "an IP address"),
        };
    }

    private static void ReadContainers(ref Utf8JsonReader json, ref ArrayBuffer<ContainerPort> ports, bool init)
    {
        if (!json.EnterArray())
        {
            return;
        }
        while (json.NextObject())
        {
            ValueArray<ContainerPort> own = default;
            var restarts = false;
            while (json.NextField())
            {
                if (json.IsField("ports"u8)) { own = json.ReadObjects(ReadPort); }
                else if (init && json.IsField("restartPolicy"u8)) { restarts = json.ReadInterned() == "Always"; }
                else { json.SkipValue(); }
            }
            if (!init || restarts)
            {
                foreach (var port in own)
                {
                    ports.Add(port);
                }
            }
        }
    }

    private static ContainerPort ReadPort(ref Utf8JsonReader json)
    {
        var name = "";
        ushort port = 0;
        var protocol = Protocol.Tcp;
        while (json.NextField())
        {
            if (json.IsField("name"u8)) { name = json.ReadInterned(); }
            else if (json.IsField("containerPort"u8)) { port = json.ReadPort(); }
            else if (json.IsField("protocol"u8)) { protocol = json.ReadProtocol(); }
            else { json.SkipValue(); }
        }
        return new ContainerPort(name, port, protocol);
    }
}
