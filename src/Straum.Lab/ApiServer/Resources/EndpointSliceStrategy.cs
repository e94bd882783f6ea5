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
        if (obj.Array("endpoints") is { Count: > 1000 } endpoints)
        {
            causes.Add(new StatusCause("FieldValueTooMany", $"Too many: {endpoints.Count}: must have at most 1000 items", "endpoints"));
        }
    }
}
