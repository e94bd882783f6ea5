using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>Namespaces: one is held back after its deletion until its controller has emptied it and finalized it.</summary>
internal sealed class NamespaceStrategy : ResourceStrategy
{
    public override void Default(JsonObject obj) =>
        obj.Need("metadata", "labels")["kubernetes.io/metadata.name"] = obj.Text("metadata", "name") ?? "";

    public override void PrepareCreate(JsonObject obj, WriteContext context)
    {
        obj["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
        obj["status"] = new JsonObject { ["phase"] = "Active" };
    }

    public override void PrepareUpdate(JsonObject obj, JsonObject old, WriteContext context) => obj.Put("spec", old["spec"]);

    public override void PrepareDelete(JsonObject obj) => obj.Need("status")["phase"] = "Terminating";

    public override bool HoldsDeletion(JsonObject obj) => obj.Texts("spec", "finalizers").Any();
}
