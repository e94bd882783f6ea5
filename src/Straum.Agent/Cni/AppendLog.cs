using System.Globalization;
using System.Numerics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// A file of lines that are only ever added. <see cref="Append"/> survives the death of this process,
/// <see cref="WhenDurableAsync"/> that of the machine: whoever waits meanwhile is served by one fsync. A line is
/// <c>crc32c SP payload LF</c>; a payload has no line feed. Safe for use from several threads.
/// </summary>
internal sealed class AppendLog : IDisposable
{
    private const int ChecksumLength = 8;

    private readonly string _path;
    private readonly Lock _lock = new();
    private readonly Lock _syncLock = new();
    private SafeFileHandle _file;
    private long _length;
    private long _lines;
    private long _appended;
    private long _durable;
    private Task _sync = Task.CompletedTask;
    private IOException? _fault;
    private bool _disposed;

    private AppendLog(string path, SafeFileHandle file, long lines)
    {
        _path = path;
        _file = file;
        _length = RandomAccess.GetLength(file);
        _lines = lines;
    }

    /// <summary>Lines in the file, the obsolete ones included.</summary>
    public long Lines => Interlocked.Read(ref _lines);

    /// <summary>An fsync has failed. What the kernel then still holds is unknown, and a later fsync would not tell: only a rewrite mends it.</summary>
    public bool IsFaulty => Volatile.Read(ref _fault) is not null;

    /// <summary>
    /// Opens or makes the file and reads what is in it. Damaged lines are left out and counted: a torn last line is what a
    /// power loss leaves, and as writes reach the disk in any order, intact lines may follow a damaged one.
    /// </summary>
    public static AppendLog Open(string path, out List<string> payloads, out int damaged)
    {
        payloads = [];
        damaged = 0;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        var content = new byte[RandomAccess.GetLength(file)];
        var length = RandomAccess.Read(file, content, 0);
        foreach (var range in content.AsSpan(0, length).Split((byte)'\n'))
        {
            var line = content.AsSpan(0, length)[range];
            if (TryDecode(line, out var payload))
            {
                payloads.Add(payload);
            }
            else if (line.Length > 0)
            {
                damaged++;
            }
        }
        var log = new AppendLog(path, file, payloads.Count + damaged);
        if (length > 0 && content[length - 1] != '\n')
        {
            // The next line must not be joined to a torn one.
            log.Write("\n"u8.ToArray());
        }
        return log;
    }

    /// <summary>Writes a line. Returns its number, for <see cref="WhenDurableAsync"/>.</summary>
    /// <exception cref="IOException">The disk is full or broken. The line is not in the file.</exception>
    public long Append(string payload)
    {
        lock (_lock)
        {
            Write(Encode(payload));
            _lines++;
            return ++_appended;
        }
    }

    /// <summary>Completes when the line and all before it would survive a power loss.</summary>
    /// <exception cref="IOException">The fsync failed: the line may be lost.</exception>
    public async Task WhenDurableAsync(long line)
    {
        while (true)
        {
            Task sync;
            lock (_syncLock)
            {
                if (_durable >= line)
                {
                    return;
                }
                if (_fault is { } fault)
                {
                    throw new IOException($"{_path} is not durable: {fault.Message}", fault);
                }
                // One runs: it may have begun before our line was written, so look again when it ends.
                if (_sync.IsCompleted)
                {
                    _sync = Task.Run(Sync);
                }
                sync = _sync;
            }
            await sync.ConfigureAwait(false);
        }
    }

    /// <summary>Replaces the file by one with these lines only, in one step. What was appended before counts as durable.</summary>
    public void Rewrite(IReadOnlyCollection<string> payloads)
    {
        lock (_lock)
        {
            var temporary = _path + ".new";
            var file = File.OpenHandle(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
            var offset = 0L;
            try
            {
                var content = payloads.SelectMany(Encode).ToArray();
                RandomAccess.Write(file, content, 0);
                offset = content.Length;
                RandomAccess.FlushToDisk(file);
                File.Move(temporary, _path, overwrite: true);
                DurableDirectory.Sync(Path.GetDirectoryName(_path)!);
            }
            catch
            {
                file.Dispose();
                throw;
            }
            (_file, var old) = (file, _file);
            old.Dispose();
            _length = offset;
            _lines = payloads.Count;
            lock (_syncLock)
            {
                _durable = _appended;
                _fault = null;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _file.Dispose();
        }
    }

    private void Sync()
    {
        SafeFileHandle file;
        long covered;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            (file, covered) = (_file, _appended);
        }
        try
        {
            RandomAccess.FlushToDisk(file);
        }
        catch (ObjectDisposedException)
        {
            // Rewritten meanwhile, which made everything durable.
        }
        catch (IOException e)
        {
            lock (_syncLock)
            {
                _fault = e;
                return;
            }
        }
        lock (_syncLock)
        {
            _durable = Math.Max(_durable, covered);
        }
    }

    /// <summary>All or nothing: what a full disk took of a line is cut off again.</summary>
    private void Write(byte[] bytes)
    {
        try
        {
            RandomAccess.Write(_file, bytes, _length);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_file, _length);
            throw;
        }
        _length += bytes.Length;
    }

    private static byte[] Encode(string payload)
    {
        var bytes = Encoding.UTF8.GetBytes($"{new string('0', ChecksumLength)} {payload}\n");
        var checksum = Checksum(bytes.AsSpan()[(ChecksumLength + 1)..^1]);
        checksum.TryFormat(bytes.AsSpan(0, ChecksumLength), out _, "x8", CultureInfo.InvariantCulture);
        return bytes;
    }

    private static bool TryDecode(ReadOnlySpan<byte> line, out string payload)
    {
        payload = "";
        if (line.Length <= ChecksumLength + 1
            || !uint.TryParse(line[..ChecksumLength], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var checksum)
            || checksum != Checksum(line[(ChecksumLength + 1)..]))
        {
            return false;
        }
        payload = Encoding.UTF8.GetString(line[(ChecksumLength + 1)..]);
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc = BitOperations.Crc32C(crc, b);
        }
        return ~crc;
    }
}
