using System.Text.Json.Nodes;
using Straum.Lab.ApiServer;
using Straum.Lab.ApiServer.Resources;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>What controllers work with.</summary>
internal sealed record ControllerContext(ObjectStore Store, ObjectWriter Writer, ResourceRegistry Registry, TimeProvider Clock)
{
    public ApiResource Pods { get; } = Registry.Get("pods");

    public ApiResource ReplicaSets { get; } = Registry.Get("replicasets.apps");

    public ApiResource Deployments { get; } = Registry.Get("deployments.apps");

    public ApiResource EndpointSlices { get; } = Registry.Get("endpointslices.discovery.k8s.io");

    public EventRecorder Events { get; } = new(Writer, Registry, Clock);

    public StoreState State => Store.State;

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>Writes a status if it differs from what is there.</summary>
    public Task WriteStatusAsync(ApiResource resource, StoredObject stored, JsonObject status) =>
        JsonNode.DeepEquals(stored.View["status"], status)
            ? Task.CompletedTask
            : Writer.UpdateAsync(resource, stored.Namespace, stored.Name, current =>
            {
                current["status"] = status;
                return current;
            }, WriteScope.Status);

    /// <summary>A reference that makes <paramref name="owner"/> the controller of what carries it.</summary>
    public static JsonObject ControllerReference(ApiResource kind, StoredObject owner) => new()
    {
        ["apiVersion"] = kind.ApiVersion,
        ["kind"] = kind.Kind,
        ["name"] = owner.Name,
        ["uid"] = owner.Uid,
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };
}
