namespace Straum.Lab.ApiServer.Storage;

/// <summary>One entry of <c>metadata.ownerReferences</c>.</summary>
/// <param name="Controller">The owner that manages the object; at most one per object.</param>
/// <param name="BlocksDeletion">Foreground deletion of the owner waits for this object.</param>
internal sealed record OwnerReference(
    string ApiVersion, string Kind, string Name, string Uid, bool Controller, bool BlocksDeletion);
