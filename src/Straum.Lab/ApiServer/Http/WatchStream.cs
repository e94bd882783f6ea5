using System.Buffers;
using System.IO.Pipelines;
using Straum.Lab.ApiServer.Errors;
using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.ApiServer.Http;

/// <summary>The documents of one watch: <c>{"type":…,"object":…}</c>, one per line.</summary>
internal sealed class WatchStream(PipeWriter output, ObjectFilter filter, ObjectEncoder encoder)
{
    private const int FlushLength = 1 << 16;

    public void WriteAdded(StoredObject stored) => WriteObject("{\"type\":\"ADDED\",\"object\":"u8, stored);

    /// <summary>
    /// Writes a change as this watcher sees it: an object that starts to match the selectors is added, one that no
    /// longer does is deleted, whatever happened to it in the store.
    /// </summary>
    public void WriteChange(StoreEvent change)
    {
        var before = change.Previous is not null && filter.Matches(change.Previous);
        var after = !change.Deleted && filter.Matches(change.Object);
        switch (before, after)
        {
            case (false, true):
                WriteAdded(change.Object);
                break;
            case (true, true):
                WriteObject("{\"type\":\"MODIFIED\",\"object\":"u8, change.Object);
                break;
            case (true, false):
                // The last state that matched, at the revision at which it ceased to.
                WriteObject("{\"type\":\"DELETED\",\"object\":"u8, change.Deleted ? change.Object : change.Previous!.At(change.Revision));
                break;
        }
    }

    public void WriteBookmark(long revision, bool endsInitialEvents)
    {
        output.Write("{\"type\":\"BOOKMARK\",\"object\":"u8);
        encoder.WriteBookmark(output, revision, endsInitialEvents);
        output.Write("}\n"u8);
    }

    public void WriteError(StatusException error)
    {
        output.Write("{\"type\":\"ERROR\",\"object\":"u8);
        output.Write(error.ToStatus().ToUtf8());
        output.Write("}\n"u8);
    }

    /// <summary>Waits for a slow reader once enough is waiting for it.</summary>
    public async ValueTask FlushWhenLargeAsync(CancellationToken stopping)
    {
        if (output.UnflushedBytes >= FlushLength)
        {
            await output.FlushAsync(stopping).ConfigureAwait(false);
        }
    }

    private void WriteObject(ReadOnlySpan<byte> opening, StoredObject stored)
    {
        output.Write(opening);
        encoder.WriteObject(output, stored);
        output.Write("}\n"u8);
    }
}
