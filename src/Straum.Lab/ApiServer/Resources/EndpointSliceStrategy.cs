using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>EndpointSlices: defaults of ports, and an address type that is given once.</summary>
internal sealed class EndpointSliceStrategy : ResourceStrategy
{
    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.Objects("ports"))
        {
            port.Default("name", "");
            port.Default("protocol", "TCP");
        }
    }

    public override void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes)
    {
        var type = obj.Text("addressType");
        if (type is not (null or "IPv4" or "IPv6" or "FQDN"))
        {
            causes.Add(StatusCause.NotSupported("addressType", $"\"{type}\"", "FQDN", "IPv4", "IPv6"));
        }
        if (old is not null && old.Text("addressType") != type)
        {
            causes.Add(StatusCause.Invalid("addressType", $"\"{type}\"", "field is immutable"));
        }
        foreach (var (index, endpoint) in obj.Objects("endpoints").Index())
        {
            ValidateAddresses(endpoint, type, $"endpoints[{index}].addresses", causes);
        }
        foreach (var (index, port) in obj.Objects("ports").Index())
        {
            if (port.Text("protocol") is { } protocol and not ("TCP" or "UDP" or "SCTP"))
            {
                causes.Add(StatusCause.NotSupported($"ports[{index}].protocol", $"\"{protocol}\"", "SCTP", "TCP", "UDP"));
            }
        }
        if (obj.Array("endpoints") is { Count: > 1000 } endpoints)
        {
            causes.Add(new StatusCause("FieldValueTooMany", $"Too many: {endpoints.Count}: must have at most 1000 items", "endpoints"));
        }
    }

    private static void ValidateAddresses(JsonObject endpoint, string? type, string path, List<StatusCause> causes)
    {
        var family = type switch
        {
            "IPv4" => AddressFamily.InterNetwork,
            "IPv6" => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unspecified,
        };
        foreach (var (index, address) in endpoint.Texts("addresses").Index())
        {
            // IPAddress takes 1.2.3 for 1.2.0.3; the API does not.
            var isWritten = IPAddress.TryParse(address, out var parsed) && (parsed.AddressFamily is AddressFamily.InterNetworkV6 || address.Count('.') == 3);
            if (family is not AddressFamily.Unspecified && (!isWritten || parsed!.AddressFamily != family))
            {
                causes.Add(StatusCause.Invalid($"{path}[{index}]", $"\"{address}\"", $"must be a valid {type} address"));
            }
        }
    }
}
