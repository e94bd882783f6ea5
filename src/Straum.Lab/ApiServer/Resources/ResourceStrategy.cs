using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Errors;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>
/// What is special about writing objects of a kind. The steps run in the order of the members, on the store's writer
/// thread, but for the warnings; the object is a copy that they may change. This class is the strategy of a kind with nothing special.
/// </summary>
internal class ResourceStrategy
{
    public static readonly ResourceStrategy Plain = new();

    /// <summary>Fills in the fields that the server defaults, as <c>kubectl get -o yaml</c> shows them.</summary>
    public virtual void Default(JsonObject obj)
    {
    }

    /// <summary>Sets what only the server decides at creation, such as the first status.</summary>
    public virtual void PrepareCreate(JsonObject obj, WriteContext context)
    {
    }

    /// <summary>Carries over from <paramref name="old"/> what an update may leave out or not touch.</summary>
    public virtual void PrepareUpdate(JsonObject obj, JsonObject old, WriteContext context)
    {
    }

    /// <summary>Adds everything that is wrong with the object.</summary>
    /// <param name="old">The object before; null at creation.</param>
    public virtual void Validate(JsonObject obj, JsonObject? old, List<StatusCause> causes)
    {
    }

    /// <summary>
    /// What is taken and does not do what it says, each with its field where it has one: sent with the answer to whoever
    /// wrote the object (<see cref="Http.Responses.Warn"/>). ASCII, as headers are.
    /// </summary>
    public virtual IEnumerable<string> Warnings(JsonObject obj) => [];

    /// <summary>Takes what the valid object needs from cluster-wide pools; problems go to <paramref name="causes"/>.</summary>
    public virtual void Allocate(JsonObject obj, JsonObject? old, List<StatusCause> causes)
    {
    }

    /// <summary>Why the object may not be deleted, in the real server's words; null when it may.</summary>
    public virtual string? WhyUndeletable(JsonObject obj) => null;

    /// <summary>
    /// How many seconds the object stays after its deletion is asked for, until whoever runs it deletes it again with
    /// zero; zero means that it goes at once.
    /// </summary>
    /// <param name="asked">What the request said; null when it said nothing.</param>
    public virtual long GracePeriod(JsonObject obj, long? asked) => 0;

    /// <summary>Marks an object that waits for its end, beyond <c>metadata.deletionTimestamp</c>.</summary>
    public virtual void PrepareDelete(JsonObject obj)
    {
    }

    /// <summary>Whether something besides <c>metadata.finalizers</c> holds the object back after its deletion.</summary>
    public virtual bool HoldsDeletion(JsonObject obj) => false;
}
