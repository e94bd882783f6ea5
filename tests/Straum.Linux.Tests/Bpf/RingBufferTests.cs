using System.Runtime.InteropServices;

namespace Straum.Linux.Bpf;

public sealed class RingBufferTests
{
    private static readonly byte[] Packet = new byte[64];

    private record struct Event(ulong Number, uint Mark, uint Pad);

    [Fact]
    public void Records_MoreThanTheBufferHolds_ArriveInOrderWithoutAllocation()
    {
        Requires.Feature(Features.RingBuffer);
        const int Wanted = 2000;
        using var loaded = Objects.Load("ring");
        using var done = new ManualResetEventSlim();
        ulong next = 0;
        long allocatedAtFirst = -1, allocated = -1;
        var inOrder = true;
        using var ring = new RingBuffer(loaded.Map("events"), record =>
        {
            if (next == 1)
            {
                allocatedAtFirst = GC.GetAllocatedBytesForCurrentThread();
            }
            var received = MemoryMarshal.Read<Event>(record);
            inOrder &= received.Number == next && received.Mark == 9 && record.Length == 16;
            if (++next == Wanted)
            {
                allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedAtFirst;
                done.Set();
            }
        }, fault => throw fault);

        var context = new SkbContext { Mark = 9 }.ToBytes();
        for (var emitted = 0; emitted < Wanted;)
        {
            // 1 says that the buffer was full: the reader is behind, try again.
            emitted += loaded.Program("emit").TestRun(Packet, context).ReturnValue == 0 ? 1 : 0;
        }

        done.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken).ShouldBeTrue();
        inOrder.ShouldBeTrue();
        allocated.ShouldBe(0);
    }

    [Fact]
    public void Dispose_ThenOpenAgain_NextReaderGetsWhatIsLeft()
    {
        Requires.Feature(Features.RingBuffer);
        using var loaded = Objects.Load("ring");
        using (new RingBuffer(loaded.Map("events"), _ => { }, fault => throw fault))
        {
        }
        loaded.Program("emit").TestRun(Packet);
        using var arrived = new ManualResetEventSlim();
        using var ring = new RingBuffer(loaded.Map("events"), _ => arrived.Set(), fault => throw fault);
        arrived.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken).ShouldBeTrue();
    }

    [Fact]
    public void Callback_Throws_IsReportedOnce()
    {
        Requires.Feature(Features.RingBuffer);
        using var loaded = Objects.Load("ring");
        using var faulted = new ManualResetEventSlim();
        Exception? fault = null;
        using var ring = new RingBuffer(loaded.Map("events"), _ => throw new InvalidOperationException("mine"), e =>
        {
            fault = e;
            faulted.Set();
        });
        loaded.Program("emit").TestRun(Packet);
        faulted.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken).ShouldBeTrue();
        fault!.Message.ShouldBe("mine");
    }

    [Fact]
    public void Open_OtherKindOfMap_IsRefused()
    {
        using var map = BpfMap.Create(BpfMapSpec.Array<uint>("t", 1));
        Should.Throw<ArgumentException>(() => new RingBuffer(map, _ => { }, _ => { }));
    }
}
