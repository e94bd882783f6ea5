using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

internal static class ServiceDecoder
{
    public static Service Decode(ref Utf8JsonReader json)
    {
        var service = new Service { Meta = new ObjectMeta() };
        var meta = new ObjectMeta();
        ValueArray<LoadBalancerIngress> ingress = default;
        ValueArray<Condition> conditions = default;
        while (json.NextField())
        {
            if (json.IsField("metadata"u8)) { meta = json.ReadMeta(); }
            else if (json.IsField("spec"u8) && json.EnterObject()) { service = ReadSpec(ref json); }
            else if (json.IsField("status"u8) && json.EnterObject()) { (ingress, conditions) = ReadStatus(ref json); }
            else { json.SkipValue(); }
        }
        return service with { Meta = meta, LoadBalancerIngress = ingress, Conditions = conditions };
    }

    private static Service ReadSpec(ref Utf8JsonReader json)
    {
        ClusterAddresses single = default, all = default;
        var (type, affinity, timeout) = (ServiceType.ClusterIP, SessionAffinity.None, Service.DefaultAffinityTimeout);
        TrafficPolicy internalPolicy = default, externalPolicy = default;
        ValueArray<ServicePort> ports = default;
        ValueArray<IPAddress> externalIPs = default;
        ValueArray<IPNetwork> sourceRanges = default;
        ValueArray<AddressFamily> families = default;
        string loadBalancerClass = "", distribution = "";
        ushort healthCheckNodePort = 0;
        bool publishNotReady = false, hasSelector = false;
        while (json.NextField())
        {
            if (json.IsField("type"u8)) { type = ReadType(ref json); }
            else if (json.IsField("clusterIP"u8)) { single = ReadClusterIP(ref json); }
            else if (json.IsField("clusterIPs"u8)) { all = ReadClusterIPs(ref json); }
            else if (json.IsField("ports"u8)) { ports = json.ReadObjects(ReadPort); }
            else if (json.IsField("externalIPs"u8)) { externalIPs = json.ReadStrings(JsonFields.GetAddress); }
            else if (json.IsField("loadBalancerClass"u8)) { loadBalancerClass = json.ReadInterned(); }
            else if (json.IsField("loadBalancerSourceRanges"u8)) { sourceRanges = json.ReadStrings(JsonFields.GetNetwork); }
            else if (json.IsField("sessionAffinity"u8)) { affinity = ReadAffinity(ref json); }
            else if (json.IsField("sessionAffinityConfig"u8)) { timeout = ReadAffinityTimeout(ref json); }
            else if (json.IsField("internalTrafficPolicy"u8)) { internalPolicy = ReadPolicy(ref json); }
            else if (json.IsField("externalTrafficPolicy"u8)) { externalPolicy = ReadPolicy(ref json); }
            else if (json.IsField("healthCheckNodePort"u8)) { healthCheckNodePort = json.ReadPort(); }
            else if (json.IsField("publishNotReadyAddresses"u8)) { publishNotReady = json.ReadBool(); }
            else if (json.IsField("trafficDistribution"u8)) { distribution = json.ReadInterned(); }
            else if (json.IsField("ipFamilies"u8)) { families = json.ReadStrings(GetFamily); }
            else if (json.IsField("selector"u8)) { hasSelector = ReadHasFields(ref json); }
            else { json.SkipValue(); }
        }
        return new Service
        {
            Meta = new ObjectMeta(),
            Type = type,
            Headless = single.None || all.None,
            ClusterIPs = all.Addresses.IsEmpty ? single.Addresses : all.Addresses,
            Ports = ports,
            ExternalIPs = externalIPs,
            LoadBalancerClass = loadBalancerClass,
            LoadBalancerSourceRanges = sourceRanges,
            SessionAffinity = affinity,
            AffinityTimeout = timeout,
            InternalTrafficPolicy = internalPolicy,
            ExternalTrafficPolicy = externalPolicy,
            HealthCheckNodePort = healthCheckNodePort,
            PublishNotReadyAddresses = publishNotReady,
            TrafficDistribution = distribution,
            IPFamilies = families,
            HasSelector = hasSelector,
        };
    }

    private static ServicePort ReadPort(ref Utf8JsonReader json)
    {
        string name = "", target = "", appProtocol = "";
        var protocol = Protocol.Tcp;
        ushort port = 0, nodePort = 0;
        while (json.NextField())
        {
            if (json.IsField("name"u8)) { name = json.ReadInterned(); }
            else if (json.IsField("protocol"u8)) { protocol = json.ReadProtocol(); }
            else if (json.IsField("port"u8)) { port = json.ReadPort(); }
            else if (json.IsField("targetPort"u8)) { target = ReadIntOrString(ref json); }
            else if (json.IsField("nodePort"u8)) { nodePort = json.ReadPort(); }
            else if (json.IsField("appProtocol"u8)) { appProtocol = json.ReadInterned(); }
            else { json.SkipValue(); }
        }
        return new ServicePort
        {
            Name = name,
            Protocol = protocol,
            Port = port,
            TargetPort = target,
            NodePort = nodePort,
            AppProtocol = appProtocol,
        };
    }

    private static (ValueArray<LoadBalancerIngress> Ingress, ValueArray<Condition> Conditions) ReadStatus(ref Utf8JsonReader json)
    {
        ValueArray<LoadBalancerIngress> ingress = default;
        ValueArray<Condition> conditions = default;
        while (json.NextField())
        {
            if (json.IsField("loadBalancer"u8) && json.EnterObject())
            {
                while (json.NextField())
                {
                    if (json.IsField("ingress"u8)) { ingress = json.ReadObjects(ReadIngress); }
                    else { json.SkipValue(); }
                }
            }
            else if (json.IsField("conditions"u8)) { conditions = json.ReadOwnConditions(); }
            else { json.SkipValue(); }
        }
        return (ingress, conditions);
    }

    private static LoadBalancerIngress ReadIngress(ref Utf8JsonReader json)
    {
        IPAddress? address = null;
        string hostname = "", mode = "";
        while (json.NextField())
        {
            if (json.IsField("ip"u8))
            {
                json.Read();
                var absent = json.TokenType == JsonTokenType.Null
                    || (json.TokenType == JsonTokenType.String && json.ValueTextEquals(""u8));
                address = absent ? null : json.GetAddress();
            }
            else if (json.IsField("hostname"u8)) { hostname = json.ReadString(); }
            else if (json.IsField("ipMode"u8)) { mode = json.ReadInterned(); }
            else { json.SkipValue(); }
        }
        return new LoadBalancerIngress { Address = address, Hostname = hostname, IsVip = mode != "Proxy" };
    }

    private static ServiceType ReadType(ref Utf8JsonReader json) => json.ReadInterned() switch
    {
        "" or "ClusterIP" => ServiceType.ClusterIP,
        "NodePort" => ServiceType.NodePort,
        "LoadBalancer" => ServiceType.LoadBalancer,
        "ExternalName" => ServiceType.ExternalName,
        _ => throw JsonFields.Unexpected(ref json, "ClusterIP, NodePort, LoadBalancer or ExternalName"),
    };

    private static SessionAffinity ReadAffinity(ref Utf8JsonReader json) => json.ReadInterned() switch
    {
        "" or "None" => SessionAffinity.None,
        "ClientIP" => SessionAffinity.ClientIP,
        _ => throw JsonFields.Unexpected(ref json, "None or ClientIP"),
    };

    private static TrafficPolicy ReadPolicy(ref Utf8JsonReader json) => json.ReadInterned() switch
    {
        "" or "Cluster" => TrafficPolicy.Cluster,
        "Local" => TrafficPolicy.Local,
        _ => throw JsonFields.Unexpected(ref json, "Cluster or Local"),
    };

    private static AddressFamily GetFamily(ref Utf8JsonReader json) =>
        json.ValueTextEquals("IPv4"u8) ? AddressFamily.InterNetwork
        : json.ValueTextEquals("IPv6"u8) ? AddressFamily.InterNetworkV6
        : throw JsonFields.Unexpected(ref json, "IPv4 or IPv6");

    private static TimeSpan ReadAffinityTimeout(ref Utf8JsonReader json)
    {
        var timeout = Service.DefaultAffinityTimeout;
        if (!json.EnterObject())
        {
            return timeout;
        }
        while (json.NextField())
        {
            if (json.IsField("clientIP"u8) && json.EnterObject())
            {
                while (json.NextField())
                {
                    if (json.IsField("timeoutSeconds"u8)) { timeout = TimeSpan.FromSeconds(json.ReadInt()); }
                    else { json.SkipValue(); }
                }
            }
            else { json.SkipValue(); }
        }
        return timeout;
    }

    private static string ReadIntOrString(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.Null => "",
            JsonTokenType.String => json.GetInterned(),
            JsonTokenType.Number when json.TryGetInt32(out var number) => number.ToString(),
            _ => throw JsonFields.Unexpected(ref json, "a port number or the name of a port"),
        };
    }

    private static bool ReadHasFields(ref Utf8JsonReader json)
    {
        var any = false;
        if (!json.EnterObject())
        {
            return false;
        }
        while (json.NextField())
        {
            any = true;
            json.SkipValue();
        }
        return any;
    }

    private static ClusterAddresses ReadClusterIP(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.Null => default,
            JsonTokenType.String when json.ValueTextEquals(""u8) => default,
            JsonTokenType.String when json.ValueTextEquals("None"u8) => new(default, None: true),
            JsonTokenType.String => new([json.GetAddress()], None: false),
            _ => throw JsonFields.Unexpected(ref json, "an IP address or None"),
        };
    }

    private static ClusterAddresses ReadClusterIPs(ref Utf8JsonReader json)
    {
        var addresses = new ArrayBuffer<IPAddress>();
        var none = false;
        if (!json.EnterArray())
        {
            return default;
        }
        while (json.Read() && json.TokenType == JsonTokenType.String)
        {
            if (json.ValueTextEquals("None"u8)) { none = true; }
            else if (!json.ValueTextEquals(""u8)) { addresses.Add(json.GetAddress()); }
        }
        return json.TokenType == JsonTokenType.EndArray
            ? new(addresses.ToValueArray(), none)
            : throw JsonFields.Unexpected(ref json, "an IP address or None");
    }

    private readonly record struct ClusterAddresses(ValueArray<IPAddress> Addresses, bool None);
}
