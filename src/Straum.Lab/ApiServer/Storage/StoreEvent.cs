namespace Straum.Lab.ApiServer.Storage;

/// <summary>One change of one object.</summary>
/// <param name="Object">The new state; for a deletion the last one, under the revision of the deletion.</param>
/// <param name="Previous">The state before; null when the object is new.</param>
/// <param name="Deleted">The object is gone.</param>
internal sealed record StoreEvent(StoredObject Object, StoredObject? Previous, bool Deleted)
{
    public long Revision => Object.Revision;
}
