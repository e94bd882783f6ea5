using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>Nodes: created with their status, by themselves; a pod CIDR is given once.</summary>
internal sealed class NodeStrategy : ResourceStrategy
{
    public override void Default(JsonObject obj)
    {
        var spec = obj.Need("spec");
        if (spec["podCIDRs"] is null && spec.Text("podCIDR") is { } single)
        {
            spec["podCIDRs"] = new JsonArray(single);
        }
        else if (spec.Array("podCIDRs") is { Count: > 0 } all)
        {
            spec["podCIDR"] = all[0].AsText();
        }
    }
}
