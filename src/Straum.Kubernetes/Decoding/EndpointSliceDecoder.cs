using System.Net;
using System.Text.Json;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

internal static class EndpointSliceDecoder
{
    public static EndpointSlice Decode(ref Utf8JsonReader json)
    {
        var meta = new ObjectMeta();
        AddressType? type = null;
        ValueArray<EndpointPort> ports = default;
        ValueArray<SliceEndpoint> endpoints = default;
        while (json.NextField())
        {
            if (json.IsField("metadata"u8)) { meta = json.ReadMeta(); }
            else if (json.IsField("addressType"u8)) { type = ReadAddressType(ref json); }
            else if (json.IsField("ports"u8)) { ports = json.ReadObjects(ReadPort); }
            else if (json.IsField("endpoints"u8))
            {
                // Go writes addressType before endpoints, but JSON promises no order: look ahead for it.
                var fqdn = type is { } known ? known == AddressType.Fqdn : IsFqdnAhead(json);
                endpoints = fqdn ? json.ReadObjects(ReadNamedEndpoint) : json.ReadObjects(ReadAddressedEndpoint);
            }
            else { json.SkipValue(); }
        }
        return new EndpointSlice { Meta = meta, AddressType = type ?? AddressType.IPv4, Ports = ports, Endpoints = endpoints };
    }

    /// <summary>Works on a copy of the reader, which is on a field's name: the caller's stays where it is.</summary>
    private static bool IsFqdnAhead(Utf8JsonReader json)
    {
        json.SkipValue();
        while (json.NextField())
        {
            if (json.IsField("addressType"u8))
            {
                return ReadAddressType(ref json) == AddressType.Fqdn;
            }
            json.SkipValue();
        }
        return false;
    }

    private static AddressType ReadAddressType(ref Utf8JsonReader json) => json.ReadInterned() switch
    {
        "" or "IPv4" => AddressType.IPv4,
        "IPv6" => AddressType.IPv6,
        "FQDN" => AddressType.Fqdn,
        _ => throw JsonFields.Unexpected(ref json, "IPv4, IPv6 or FQDN"),
    };

    private static EndpointPort ReadPort(ref Utf8JsonReader json)
    {
        string name = "", appProtocol = "";
        var protocol = Protocol.Tcp;
        ushort port = 0;
        while (json.NextField())
        {
            if (json.IsField("name"u8)) { name = json.ReadInterned(); }
            else if (json.IsField("protocol"u8)) { protocol = json.ReadProtocol(); }
            else if (json.IsField("port"u8)) { port = json.ReadPort(); }
            else if (json.IsField("appProtocol"u8)) { appProtocol = json.ReadInterned(); }
            else { json.SkipValue(); }
        }
        return new EndpointPort { Name = name, Protocol = protocol, Port = port, AppProtocol = appProtocol };
    }

    private static SliceEndpoint ReadAddressedEndpoint(ref Utf8JsonReader json) => ReadEndpoint(ref json, fqdn: false);

    private static SliceEndpoint ReadNamedEndpoint(ref Utf8JsonReader json) => ReadEndpoint(ref json, fqdn: true);

    private static SliceEndpoint ReadEndpoint(ref Utf8JsonReader json, bool fqdn)
    {
        ValueArray<IPAddress> addresses = default;
        bool ready = true, serving = true, terminating = false;
        string nodeName = "", zone = "";
        ValueArray<string> zoneHints = default, nodeHints = default;
        ObjectReference? target = null;
        while (json.NextField())
        {
            if (!fqdn && json.IsField("addresses"u8))
            {
                addresses = json.ReadStrings(JsonFields.GetAddress);
            }
            else if (json.IsField("conditions"u8) && json.EnterObject())
            {
                while (json.NextField())
                {
                    if (json.IsField("ready"u8)) { ready = json.ReadBool(whenNull: true); }
                    else if (json.IsField("serving"u8)) { serving = json.ReadBool(whenNull: true); }
                    else if (json.IsField("terminating"u8)) { terminating = json.ReadBool(); }
                    else { json.SkipValue(); }
                }
            }
            else if (json.IsField("nodeName"u8)) { nodeName = json.ReadInterned(); }
            else if (json.IsField("zone"u8)) { zone = json.ReadInterned(); }
            else if (json.IsField("hints"u8) && json.EnterObject())
            {
                while (json.NextField())
                {
                    if (json.IsField("forZones"u8)) { zoneHints = json.ReadObjects(ReadHint); }
                    else if (json.IsField("forNodes"u8)) { nodeHints = json.ReadObjects(ReadHint); }
                    else { json.SkipValue(); }
                }
            }
            else if (json.IsField("targetRef"u8) && json.EnterObject()) { target = ReadReference(ref json); }
            else { json.SkipValue(); }
        }
        return new SliceEndpoint
        {
            Addresses = addresses,
            Ready = ready,
            Serving = serving,
            Terminating = terminating,
            NodeName = nodeName,
            Zone = zone,
            ZoneHints = zoneHints,
            NodeHints = nodeHints,
            Target = target,
        };
    }

    private static string ReadHint(ref Utf8JsonReader json)
    {
        var name = "";
        while (json.NextField())
        {
            if (json.IsField("name"u8)) { name = json.ReadInterned(); }
            else { json.SkipValue(); }
        }
        return name;
    }

    private static ObjectReference ReadReference(ref Utf8JsonReader json)
    {
        string kind = "", ns = "", name = "";
        while (json.NextField())
        {
            if (json.IsField("kind"u8)) { kind = json.ReadInterned(); }
            else if (json.IsField("namespace"u8)) { ns = json.ReadInterned(); }
            else if (json.IsField("name"u8)) { name = json.ReadString(); }
            else { json.SkipValue(); }
        }
        return new ObjectReference(kind, ns, name);
    }
}
