namespace Straum.Linux.Bpf;

public sealed class BpfMapTests
{
    [Fact]
    public void UpdateLookupDelete_Hash_AbsenceIsAValue()
    {
        using var map = BpfMap.Create(BpfMapSpec.Hash<Key, Value>("t", 16));
        var table = new BpfMap<Key, Value>(map);
        table.TryLookup(new Key(1), out _).ShouldBeFalse();
        table.Update(new Key(1), new Value(2, 3));
        table.TryLookup(new Key(1), out var found).ShouldBeTrue();
        found.ShouldBe(new Value(2, 3));
        table.TryAdd(new Key(1), new Value(9)).ShouldBeFalse();
        Should.Throw<LinuxException>(() => table.Update(new Key(1), default, UpdateMode.NoExist)).Errno.ShouldBe(Errno.EEXIST);
        Should.Throw<LinuxException>(() => table.Update(new Key(2), default, UpdateMode.Exist)).Errno.ShouldBe(Errno.ENOENT);
        table.Delete(new Key(1)).ShouldBeTrue();
        table.Delete(new Key(1)).ShouldBeFalse();
    }

    [Fact]
    public void Update_HashFull_SaysSoWithItsCapacity()
    {
        using var map = BpfMap.Create(BpfMapSpec.Hash<Key, Value>("small", 4));
        var table = new BpfMap<Key, Value>(map);
        var full = Should.Throw<MapFullException>(() =>
        {
            for (uint i = 0; i < 10; i++)
            {
                table.Update(new Key(i), default);
            }
        });
        full.Capacity.ShouldBe(4);
        full.Message.ShouldContain("small");
        table.Clear();
        Should.Throw<MapFullException>(() => table.UpdateBatch([.. Enumerable.Range(0, 10).Select(i => new Key((uint)i))], new Value[10]))
            .Written.ShouldBe(table.Count());
    }

    [Theory]
    [InlineData(BpfMapType.Hash, 5000)]
    [InlineData(BpfMapType.LruHash, 5000)]
    [InlineData(BpfMapType.LpmTrie, 500)]
    public void Batches_ManyEntries_AllAreWrittenReadAndCleared(BpfMapType type, int entries)
    {
        var flags = type == BpfMapType.LpmTrie ? BpfMapFlags.NoPreallocation : BpfMapFlags.None;
        using var map = BpfMap.Create(BpfMapSpec.Of<Prefix, uint>("t", type, entries * 4, flags));
        var table = new BpfMap<Prefix, uint>(map);
        var keys = Enumerable.Range(0, entries).Select(i => new Prefix(32, 10, 0, (byte)(i >> 8), (byte)i)).ToArray();
        table.UpdateBatch(keys, [.. Enumerable.Range(0, entries).Select(i => (uint)i)]);

        table.Count().ShouldBe(entries);
        table.Entries().ToDictionary()[keys[entries / 2]].ShouldBe((uint)entries / 2);
        // Every third is gone already: a batch stops at what is absent, ours goes on.
        foreach (var key in keys.Where((_, i) => i % 3 == 0))
        {
            table.Delete(key).ShouldBeTrue();
        }
        table.DeleteBatch(keys.AsSpan(0, 30)).ShouldBe(20);
        var left = table.Count();
        table.Clear().ShouldBe(left);
        table.Count().ShouldBe(0);
    }

    [Fact]
    public void MapCursor_BucketsLargerThanTheBatch_GrowsAndReadsAll()
    {
        using var map = BpfMap.Create(BpfMapSpec.Hash<uint, uint>("t", 1024));
        var table = new BpfMap<uint, uint>(map);
        uint[] keys = [.. Enumerable.Range(0, 1000).Select(i => (uint)i)];
        table.UpdateBatch(keys, keys);
        var cursor = new MapCursor<uint, uint>(map, batch: 1);
        var seen = new HashSet<uint>();
        while (cursor.Next() is var count and > 0)
        {
            seen.UnionWith(cursor.Keys[..count]);
        }
        seen.Count.ShouldBe(1000);
        cursor.Keys.Length.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void View_WrongTypes_IsRefusedWithBothSizes()
    {
        using var map = BpfMap.Create(BpfMapSpec.Hash<Key, Value>("sized", 16));
        Should.Throw<ArgumentException>(() => new BpfMap<Key, uint>(map)).Message.ShouldBe("map sized: its value has 16 bytes, UInt32 has 4");
        Should.Throw<ArgumentException>(() => new BpfMap<ulong, uint>(map)).Message.ShouldContain("value");
        Should.Throw<ArgumentException>(() => new BpfArray<Value>(map)).Message.ShouldContain("Hash");
    }

    [Fact]
    public void Pin_OpenPinned_IsTheSameMap()
    {
        using var pins = new TestPins();
        using var map = BpfMap.Create(BpfMapSpec.Hash<Key, Value>("pinned", 16));
        map.Pin(pins.PathOf("deep/pinned"));
        using var again = BpfMap.OpenPinned(pins.PathOf("deep/pinned"));
        again.Info.Id.ShouldBe(map.Info.Id);
        using var byId = BpfMap.OpenById(map.Info.Id);
        byId.Name.ShouldBe("pinned");
        Should.Throw<LinuxException>(() => map.Pin(pins.PathOf("deep/pinned"))).Errno.ShouldBe(Errno.EEXIST);
        BpfMap.TryOpenPinned(pins.PathOf("absent")).ShouldBeNull();
        Should.Throw<LinuxException>(() => BpfMap.OpenPinned(pins.PathOf("absent"))).Errno.ShouldBe(Errno.ENOENT);
    }

    [Fact]
    public void BpfArray_ReadAll_ReturnsElementsInOrder()
    {
        using var map = BpfMap.Create(BpfMapSpec.Array<Value>("t", 3000));
        var array = new BpfArray<Value>(map);
        array[2999] = new Value(7);
        array[2999].ShouldBe(new Value(7));
        var all = array.ReadAll();
        all.Length.ShouldBe(3000);
        all[2999].ShouldBe(new Value(7));
        Should.Throw<ArgumentOutOfRangeException>(() => array[3000]);
        Should.Throw<ArgumentOutOfRangeException>(() => array[3000] = default);
    }

    [Fact]
    public void MappedBpfArray_WritesInMemory_AreSeenBySystemCalls()
    {
        using var map = BpfMap.Create(BpfMapSpec.Array<Value>("t", 1000, BpfMapFlags.Mappable));
        using var mapped = new MappedBpfArray<Value>(map);
        mapped[999] = new Value(1, 2);
        mapped.Span[0] = new Value(3);
        var array = new BpfArray<Value>(map);
        array[999].ShouldBe(new Value(1, 2));
        array[0].ShouldBe(new Value(3));
        Should.Throw<ArgumentOutOfRangeException>(() => mapped[1000]);
        mapped.Dispose();
        Should.Throw<ObjectDisposedException>(() => mapped[0]);
    }

    [Fact]
    public void MappedBpfArray_FourByteValues_LieEightApart()
    {
        using var map = BpfMap.Create(BpfMapSpec.Array<uint>("t", 100, BpfMapFlags.Mappable));
        using var mapped = new MappedBpfArray<uint>(map);
        for (var i = 0; i < 100; i++)
        {
            mapped[i] = (uint)i;
        }
        new BpfArray<uint>(map).ReadAll().ShouldBe(Enumerable.Range(0, 100).Select(i => (uint)i));
        Should.Throw<InvalidOperationException>(() => mapped.Span.Length).Message.ShouldContain("8 apart");
    }

    [Fact]
    public void LpmTrie_Nested_LongestPrefixWins()
    {
        using var loaded = Objects.Load("maps");
        var trie = new LpmTrie<Prefix, uint>(loaded.Map("trie"));
        trie.Update(new Prefix(8, 10, 0, 0, 0), 8);
        trie.Update(new Prefix(24, 10, 1, 2, 0), 24);
        trie.TryMatch(new Prefix(32, 10, 1, 2, 3), out var longer).ShouldBeTrue();
        longer.ShouldBe(24u);
        trie.TryMatch(new Prefix(32, 10, 9, 9, 9), out var shorter).ShouldBeTrue();
        shorter.ShouldBe(8u);
        trie.TryMatch(new Prefix(32, 11, 0, 0, 1), out _).ShouldBeFalse();
        trie.Delete(new Prefix(24, 10, 1, 2, 0)).ShouldBeTrue();
        trie.Delete(new Prefix(24, 10, 1, 2, 0)).ShouldBeFalse();
        trie.Entries().ShouldHaveSingleItem().Value.ShouldBe(8u);
    }

    [Fact]
    public void PerCpuMap_UpdateAndKeys_KeepAValuePerCpu()
    {
        using var map = BpfMap.Create(BpfMapSpec.Of<Key, uint>("t", BpfMapType.PerCpuHash, 16));
        var table = new PerCpuMap<Key, uint>(map);
        table.Update(new Key(1), [5, 6]);
        table.Update(new Key(2), [7]);
        table.TryLookup(new Key(1), out var values).ShouldBeTrue();
        values!.Length.ShouldBe(PossibleCpus.Count);
        values[0].ShouldBe(5u);
        table.Keys().Order(Comparer<Key>.Create((a, b) => a.Id.CompareTo(b.Id))).ShouldBe([new Key(1), new Key(2)]);
        table.Delete(new Key(1)).ShouldBeTrue();
        table.TryLookup(new Key(1), out _).ShouldBeFalse();
    }

    [Fact]
    public void Lookup_Thousands_AllocatesNothing()
    {
        using var map = BpfMap.Create(BpfMapSpec.Hash<Key, Value>("t", 16));
        var table = new BpfMap<Key, Value>(map);
        table.Update(new Key(1), default);
        table.TryLookup(new Key(1), out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            table.TryLookup(new Key(1), out _);
            table.TryLookup(new Key(2), out _);
        }
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
