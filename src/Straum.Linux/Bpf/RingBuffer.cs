using System.Runtime.CompilerServices;
using Straum.Linux.Interop;

namespace Straum.Linux.Bpf;

/// <summary>
/// Reads a BPF ring buffer on a thread of its own and hands each record to a callback, in order, in place: nothing is copied
/// and nothing is allocated. The span is valid during the call only. While the callback runs, the record keeps its room in
/// the buffer; a slow callback makes programs lose records, which only they can count.
/// </summary>
/// <remarks>BPF_MAP_TYPE_RINGBUF, since Linux 5.8. Layout and order of accesses: kernel/bpf/ringbuf.c.</remarks>
public sealed unsafe class RingBuffer : IDisposable
{
    private const uint BusyBit = 1u << 31;
    private const uint DiscardBit = 1u << 30;
    private const int RecordHeader = 8;

    private readonly RecordHandler _onRecord;
    private readonly nuint _pageSize = (nuint)Environment.SystemPageSize;
    private readonly nuint _size;
    private readonly nint _consumerPage;
    private readonly nint _producerPages;
    private readonly WakeableThread _thread;
    private bool _disposed;

    /// <param name="map">Of type <see cref="BpfMapType.RingBuffer"/>; must stay open until this object is disposed.</param>
    /// <param name="onRecord">Called for each record, always on the same thread.</param>
    /// <param name="onFault">Called once when <paramref name="onRecord"/> throws; reading has then ended.</param>
    public RingBuffer(BpfMap map, RecordHandler onRecord, Action<Exception> onFault)
    {
        map.CheckType(BpfMapType.RingBuffer);
        _onRecord = onRecord;
        _size = (nuint)map.Info.MaxEntries;
        _consumerPage = MapMemory(map, _pageSize, Libc.PROT_READ | Libc.PROT_WRITE, 0);
        try
        {
            // Position page, then the data twice in a row, so that a record that wraps is still in one piece.
            _producerPages = MapMemory(map, _pageSize + 2 * _size, Libc.PROT_READ, (long)_pageSize);
            _thread = new WakeableThread($"ring buffer {map.Name}", map.Handle, Drain, onFault);
        }
        catch
        {
            Unmap();
            throw;
        }
    }

    public delegate void RecordHandler(ReadOnlySpan<byte> record);

    /// <summary>Ends the thread, after the callback it may be in. Records not read yet stay for the next reader.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        _thread.Dispose();
        Unmap();
    }

    private static nint MapMemory(BpfMap map, nuint length, int protection, long offset)
    {
        var memory = Libc.mmap(null, length, protection, Libc.MAP_SHARED, map.Handle, offset);
        return memory == Libc.MAP_FAILED ? throw LinuxException.FromLastError("ring buffer mmap", map.Name) : memory;
    }

    private void Unmap()
    {
        _ = Libc.munmap(_consumerPage, _pageSize);
        if (_producerPages != 0)
        {
            _ = Libc.munmap(_producerPages, _pageSize + 2 * _size);
        }
    }

    private void Drain()
    {
        ref var consumerPosition = ref Unsafe.AsRef<nuint>((void*)_consumerPage);
        ref var producerPosition = ref Unsafe.AsRef<nuint>((void*)_producerPages);
        var data = (byte*)_producerPages + _pageSize;
        var position = consumerPosition;
        while (position < Volatile.Read(ref producerPosition))
        {
            var record = data + (position & (_size - 1));
            var header = Volatile.Read(ref Unsafe.AsRef<uint>(record));
            if ((header & BusyBit) != 0)
            {
                // Reserved and not written yet; the program's commit wakes this thread again.
                return;
            }
            var length = (int)(header & ~DiscardBit);
            if ((header & DiscardBit) == 0)
            {
                _onRecord(new ReadOnlySpan<byte>(record + RecordHeader, length));
            }
            position += (nuint)((length + RecordHeader + 7) & ~7);
            Volatile.Write(ref consumerPosition, position);
        }
    }
}
