namespace Straum.Lab.ApiServer.Schemas;

/// <summary>A field of an object schema, with what strategic merge patch needs to know of it.</summary>
/// <param name="Required">Absence is an error.</param>
/// <param name="Merges">Lists: a patch merges with what is there instead of replacing it.</param>
/// <param name="MergeKey">Lists of objects that merge: the field that tells entries apart.</param>
/// <param name="RetainsKeys">A patch may name in <c>$retainKeys</c> the only keys that stay.</param>
/// <param name="Wire">
/// The field's number in the kind's protobuf message; more than one when it lies in a message that JSON does not show.
/// Empty when the field has no protobuf form.
/// </param>
/// <param name="KeepsZero">In protobuf a zero is a value, and not just the absence of one.</param>
internal sealed record SchemaField(
    string Name, Schema Schema, bool Required, bool Merges, string? MergeKey, bool RetainsKeys,
    IReadOnlyList<int> Wire, bool KeepsZero);
