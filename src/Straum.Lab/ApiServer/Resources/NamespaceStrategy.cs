using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>Namespaces: one is held back after its deletion until its controller has emptied it and finalized it.</summary>
internal sealed class NamespaceStrategy : ResourceStrategy
{
    /// <summary>
    /// Those that every cluster has, and that stay. A real server lets kube-node-lease go and makes it again within a
    /// minute; nobody would here, and the nodes' Leases lie in it.
    /// </summary>
    public static readonly IReadOnlyList<string> Permanent = ["default", "kube-system", "kube-public", "kube-node-lease"];

    public override void Default(JsonObject obj) =>
        obj.Need("metadata", "labels")["kubernetes.io/metadata.name"] = obj.Text("metadata", "name") ?? "";

    public override void PrepareCreate(JsonObject obj, WriteContext context)
    {
        obj["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
        obj["status"] = new JsonObject { ["phase"] = "Active" };
    }

    public override void PrepareUpdate(JsonObject obj, JsonObject old, WriteContext context) => obj.Put("spec", old["spec"]);

    public override string? WhyUndeletable(JsonObject obj) =>
        Permanent.Contains(obj.Text("metadata", "name")) ? "this namespace may not be deleted" : null;

    public override void PrepareDelete(JsonObject obj) => obj.Need("status")["phase"] = "Terminating";

    public override bool HoldsDeletion(JsonObject obj) => obj.Texts("spec", "finalizers").Any();
}
