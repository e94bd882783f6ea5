using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Tables;

/// <summary>What a column is computed from.</summary>
/// <param name="Object">The object in the version that is asked for; not to be changed.</param>
internal sealed record TableRow(StoredObject Stored, JsonObject Object, DateTimeOffset Now)
{
    public string Age => HumanDuration.Since(Object.Time("metadata", "creationTimestamp"), Now);

    /// <summary>The age of a time inside the object.</summary>
    public string AgeOf(params ReadOnlySpan<string> path) => HumanDuration.Since(Object.Time(path), Now);
}
