using System.Net;
using System.Text.Json;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Decoding;

internal static class NodeDecoder
{
    public static Node Decode(ref Utf8JsonReader json)
    {
        var meta = new ObjectMeta();
        ValueArray<IPNetwork> cidrs = default, cidr = default;
        ValueArray<NodeAddress> addresses = default;
        bool unschedulable = false, ready = false;
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
                    if (json.IsField("podCIDRs"u8)) { cidrs = json.ReadStrings(JsonFields.GetNetwork); }
                    else if (json.IsField("podCIDR"u8)) { cidr = ReadSingle(ref json); }
                    else if (json.IsField("unschedulable"u8)) { unschedulable = json.ReadBool(); }
                    else { json.SkipValue(); }
                }
            }
            else if (json.IsField("status"u8) && json.EnterObject())
            {
                while (json.NextField())
                {
                    if (json.IsField("addresses"u8)) { addresses = ReadAddresses(ref json); }
                    else if (json.IsField("conditions"u8)) { ready = json.ReadConditionIsTrue("Ready"u8); }
                    else { json.SkipValue(); }
                }
            }
            else { json.SkipValue(); }
        }
        return new Node
        {
            Meta = meta,
            PodCidrs = cidrs.IsEmpty ? cidr : cidrs,
            Addresses = addresses,
            Unschedulable = unschedulable,
            Ready = ready,
        };
    }

    private static ValueArray<IPNetwork> ReadSingle(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType switch
        {
            JsonTokenType.Null => default,
            JsonTokenType.String when json.ValueTextEquals(""u8) => default,
            JsonTokenType.String => [json.GetNetwork()],
            _ => throw JsonFields.Unexpected(ref json, "an address prefix"),
        };
    }

    private static ValueArray<NodeAddress> ReadAddresses(ref Utf8JsonReader json)
    {
        var addresses = new ArrayBuffer<NodeAddress>();
        if (!json.EnterArray())
        {
            return default;
        }
        while (json.NextObject())
        {
            string type = "", text = "";
            while (json.NextField())
            {
                if (json.IsField("type"u8)) { type = json.ReadInterned(); }
                else if (json.IsField("address"u8)) { text = json.ReadString(); }
                else { json.SkipValue(); }
            }
            NodeAddressType? wanted = type switch
            {
                "InternalIP" => NodeAddressType.InternalIP,
                "ExternalIP" => NodeAddressType.ExternalIP,
                _ => null,
            };
            // A cloud provider may put a name into an IP entry: that one is no address, the others still are.
            if (wanted is { } known && AddressText.TryParse(text, out var address))
            {
                addresses.Add(new(known, address));
            }
        }
        return addresses.ToValueArray();
    }
}
