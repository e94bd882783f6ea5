namespace Straum.Lab.ApiServer.Storage;

/// <summary>
/// Something derived from the stored objects that writers consult, such as the Service addresses in use. Called only
/// on the writer thread, with every change before the next writer runs.
/// </summary>
internal interface IStoreIndex
{
    /// <summary>The object changed from <paramref name="before"/> to <paramref name="after"/>; null where it does not exist.</summary>
    void Changed(StoredObject? before, StoredObject? after);
}
