using System.Buffers;

namespace Straum.Lab.ApiServer.Storage;

public sealed class JournalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string PathOfJournal => _directory.File("objects.journal");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Crc32C_OfTheCheckString_IsTheOneOfTheRfc() => Crc32C.Compute("123456789"u8).ShouldBe(0xE3069283u);

    [Fact]
    public void Open_AfterAppends_ReplaysThemInOrder()
    {
        Write(Put(1, "a"), Put(2, "b"), new JournalRecord(3, JournalOperation.Delete, "pods", "default", "a", "{}"u8.ToArray()));
        var replayed = Replay(out var dropped);
        replayed.Select(r => (r.Revision, r.Operation, r.Name)).ShouldBe(
            [(1, JournalOperation.Put, "a"), (2, JournalOperation.Put, "b"), (3, JournalOperation.Delete, "a")]);
        replayed[0].Json.Span.SequenceEqual("{\"n\":\"a\"}"u8).ShouldBeTrue();
        dropped.ShouldBe(0);
    }

    [Fact]
    public void Open_LastWriteTornAtAnyByte_KeepsEveryRecordBeforeIt()
    {
        Write(Put(1, "first"), Put(2, "second"));
        var whole = File.ReadAllBytes(PathOfJournal);
        Write(Put(3, "third"));
        var torn = File.ReadAllBytes(PathOfJournal);
        for (var length = whole.Length; length < torn.Length; length++)
        {
            File.WriteAllBytes(PathOfJournal, torn[..length]);
            Replay(out var dropped).Select(r => r.Revision).ShouldBe([1, 2], $"cut at {length}");
            dropped.ShouldBe(length - whole.Length);
            new FileInfo(PathOfJournal).Length.ShouldBe(whole.Length);
        }
    }

    [Fact]
    public void Open_DamagedByteInTheTail_DropsThatRecord()
    {
        Write(Put(1, "first"), Put(2, "second"));
        var bytes = File.ReadAllBytes(PathOfJournal);
        bytes[^3] ^= 0x40;
        File.WriteAllBytes(PathOfJournal, bytes);
        Replay(out _).Select(r => r.Revision).ShouldBe([1]);
    }

    [Fact]
    public void Append_AfterATornTail_StartsAtARecordBoundary()
    {
        Write(Put(1, "first"));
        File.AppendAllBytes(PathOfJournal, [7, 0, 0, 0, 1, 2]);
        Write(Put(2, "second"));
        Replay(out var dropped).Select(r => r.Revision).ShouldBe([1, 2]);
        dropped.ShouldBe(0);
    }

    [Fact]
    public void Rewrite_Always_LeavesOnlyWhatItWasGiven()
    {
        using (var journal = Journal.Open(PathOfJournal, _ => { }))
        {
            Append(journal, Put(1, "a"), Put(2, "b"));
            journal.Rewrite([Put(2, "b"), JournalRecord.Checkpoint(2)]);
            Append(journal, Put(3, "c"));
        }
        Replay(out _).Select(r => r.Operation).ShouldBe([JournalOperation.Put, JournalOperation.Checkpoint, JournalOperation.Put]);
        File.Exists(PathOfJournal + ".new").ShouldBeFalse();
    }

    [Fact]
    public void Open_AfterACrashWhileRewriting_StillHasTheOldFile()
    {
        Write(Put(1, "a"));
        File.WriteAllText(PathOfJournal + ".new", "half");
        Replay(out _).Select(r => r.Revision).ShouldBe([1]);
        File.Exists(PathOfJournal + ".new").ShouldBeFalse();
    }

    [Fact]
    public void Open_WhileAnotherHoldsIt_IsRefused()
    {
        using var journal = Journal.Open(PathOfJournal, _ => { });
        Should.Throw<IOException>(() => Journal.Open(PathOfJournal, _ => { }));
    }

    [Fact]
    public void Open_SomethingElse_IsRefusedAndLeftAlone()
    {
        File.WriteAllText(PathOfJournal, "this is not a journal");
        Should.Throw<InvalidDataException>(() => Journal.Open(PathOfJournal, _ => { }));
        File.ReadAllText(PathOfJournal).ShouldBe("this is not a journal");
    }

    private static JournalRecord Put(long revision, string name) =>
        new(revision, JournalOperation.Put, "pods", "default", name, System.Text.Encoding.UTF8.GetBytes($"{{\"n\":\"{name}\"}}"));

    private void Write(params JournalRecord[] records)
    {
        using var journal = Journal.Open(PathOfJournal, _ => { });
        Append(journal, records);
    }

    private static void Append(Journal journal, params JournalRecord[] records)
    {
        var frames = new ArrayBufferWriter<byte>();
        foreach (var record in records)
        {
            record.WriteTo(frames);
        }
        journal.Append(frames.WrittenSpan);
    }

    private List<JournalRecord> Replay(out long dropped)
    {
        var records = new List<JournalRecord>();
        using var journal = Journal.Open(PathOfJournal, record => records.Add(record with { Json = record.Json.ToArray() }));
        dropped = journal.DroppedBytes;
        return records;
    }
}
