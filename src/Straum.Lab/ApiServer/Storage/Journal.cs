using System.Buffers;

namespace Straum.Lab.ApiServer.Storage;

/// <summary>
/// The append-only file behind the store. What <see cref="Append"/> returned from survives kill -9 and power loss;
/// a write that was cut short is dropped at the next <see cref="Open"/>. One process at a time holds the file.
/// Not thread-safe: the store's writer thread owns it.
/// </summary>
internal sealed class Journal : IDisposable
{
    private static ReadOnlySpan<byte> Magic => "straumj1"u8;

    private readonly string _path;
    private FileStream _file;

    private Journal(string path, FileStream file, long dropped)
    {
        _path = path;
        _file = file;
        DroppedBytes = dropped;
        CompactedLength = Length = file.Length;
    }

    /// <summary>Bytes in the file.</summary>
    public long Length { get; private set; }

    /// <summary>Bytes that the last compaction left; at start, the length that was found.</summary>
    public long CompactedLength { get; private set; }

    /// <summary>Bytes of an unfinished write that <see cref="Open"/> cut off.</summary>
    public long DroppedBytes { get; }

    /// <summary>
    /// Opens or creates the journal and calls <paramref name="replay"/> for every record in the order of writing.
    /// Throws <see cref="IOException"/> when another process holds the file and <see cref="InvalidDataException"/>
    /// when it is no journal.
    /// </summary>
    public static Journal Open(string path, Action<JournalRecord> replay)
    {
        File.Delete(path + ".new");
        var file = OpenExclusively(path, FileMode.OpenOrCreate);
        try
        {
            if (file.Length < Magic.Length)
            {
                // Only a crash in the first write leaves less than the magic: nothing was acknowledged yet.
                file.SetLength(0);
                file.Write(Magic);
                file.Flush(flushToDisk: true);
                return new Journal(path, file, 0);
            }
            var content = new byte[file.Length];
            file.ReadExactly(content);
            if (!content.AsSpan(0, Magic.Length).SequenceEqual(Magic))
            {
                throw new InvalidDataException($"{path} is not a straum journal");
            }
            var rest = content.AsMemory(Magic.Length);
            while (JournalRecord.TryRead(rest, out var record, out var consumed))
            {
                replay(record);
                rest = rest[consumed..];
            }
            if (rest.Length > 0)
            {
                file.SetLength(content.Length - rest.Length);
                file.Flush(flushToDisk: true);
            }
            file.Position = file.Length;
            return new Journal(path, file, rest.Length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes framed records and returns when they are on disk. When the disk refuses, the file is cut back to what it
    /// was and the fault is thrown on, so that the next append starts at a record boundary.
    /// </summary>
    public void Append(ReadOnlySpan<byte> frames)
    {
        try
        {
            _file.Write(frames);
            _file.Flush(flushToDisk: true);
        }
        catch (IOException)
        {
            _file.SetLength(Length);
            _file.Position = Length;
            throw;
        }
        Length += frames.Length;
    }

    /// <summary>
    /// Replaces the file by one that holds just these records: written beside it, synced, then renamed over it, so
    /// that a crash leaves either the old file or the new one.
    /// </summary>
    public void Rewrite(IEnumerable<JournalRecord> records)
    {
        var path = _path + ".new";
        var file = OpenExclusively(path, FileMode.Create);
        try
        {
            var buffer = new ArrayBufferWriter<byte>(1 << 16);
            file.Write(Magic);
            foreach (var record in records)
            {
                record.WriteTo(buffer);
                if (buffer.WrittenCount >= 1 << 16)
                {
                    file.Write(buffer.WrittenSpan);
                    buffer.ResetWrittenCount();
                }
            }
            file.Write(buffer.WrittenSpan);
            file.Flush(flushToDisk: true);
            File.Move(path, _path, overwrite: true);
            // Again after the rename: it carries the directory entry to disk with the file's own metadata.
            file.Flush(flushToDisk: true);
        }
        catch
        {
            file.Dispose();
            throw;
        }
        _file.Dispose();
        _file = file;
        CompactedLength = Length = file.Length;
    }

    public void Dispose() => _file.Dispose();

    // Unbuffered: Append hands over whole batches, and a buffer would keep bytes of a failed write.
    private static FileStream OpenExclusively(string path, FileMode mode) =>
        new(path, new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
}
