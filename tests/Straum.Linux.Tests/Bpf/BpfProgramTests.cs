namespace Straum.Linux.Bpf;

public sealed class BpfProgramTests : IDisposable
{
    private static readonly byte[] Packet = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
    private readonly BpfObject _object = Objects.Load("maps");

    public void Dispose() => _object.Dispose();

    [Fact]
    public void TestRun_PacketAndContext_ComeBackChanged()
    {
        _object.Map<Key, Value>("hash").Update(new Key(42), default);

        var result = _object.Program("count").TestRun(Packet, new SkbContext { Mark = 42 }.ToBytes(), repeat: 1);

        result.ReturnValue.ShouldBe(0u);
        result.Data.Length.ShouldBe(64);
        result.Data[0].ShouldBe((byte)1);
        SkbContext.FromBytes(result.Context).Mark.ShouldBe(77u);
        _object.Map<Key, Value>("hash").TryLookup(new Key(42), out var value);
        value.Count.ShouldBe(1ul);
        new PerCpuArray<uint>(_object.Map("counters")).Read(0).Sum(v => v).ShouldBe(1);
    }

    [Fact]
    public void TestRun_Repeated_MeasuresTime() =>
        _object.Program("pick").TestRun(Packet, repeat: 1000).DurationNanoseconds.ShouldBeGreaterThan(0);

    [Fact]
    public void TestRun_PacketTooShort_IsRefused() =>
        Should.Throw<LinuxException>(() => _object.Program("count").TestRun(new byte[4])).Errno.ShouldBe(Errno.EINVAL);

    [Fact]
    public void ProgramArray_SetAndClear_TailCallFollows()
    {
        var jumps = new ProgramArray(_object.Map("jumps"));
        _object.Program("jump").TestRun(Packet).ReturnValue.ShouldBe(2u);
        jumps.Set(1, _object.Program("count"));
        _object.Program("jump").TestRun(Packet).ReturnValue.ShouldBe(0u);
        jumps.Clear(1).ShouldBeTrue();
        jumps.Clear(1).ShouldBeFalse();
        _object.Program("jump").TestRun(Packet).ReturnValue.ShouldBe(2u);
    }

    [Fact]
    public void HashOfMaps_InnerReplaced_ProgramReadsTheNewOne()
    {
        var tables = new HashOfMaps<uint>(_object.Map("tables"));
        _object.Program("pick").TestRun(Packet).ReturnValue.ShouldBe(0u);
        foreach (var answer in new uint[] { 11, 12 })
        {
            using var inner = BpfMap.Create(BpfMapSpec.Array<uint>("inner", 1));
            new BpfArray<uint>(inner)[0] = answer;
            tables.Update(5, inner);
            _object.Program("pick").TestRun(Packet).ReturnValue.ShouldBe(answer);
        }
        using var held = tables.Open(5);
        new BpfArray<uint>(held!)[0].ShouldBe(12u);
        using var other = BpfMap.Create(BpfMapSpec.Array<ulong>("other", 1));
        Should.Throw<LinuxException>(() => tables.Update(5, other)).Errno.ShouldBe(Errno.EINVAL);
        tables.Delete(5).ShouldBeTrue();
        tables.Delete(5).ShouldBeFalse();
    }

    [Fact]
    public void RunSyscall_Context_IsChangedInPlace()
    {
        var sum = new Sum(3, 4);
        _object.Program("add").RunSyscall(ref sum).ShouldBe(3u);
        sum.Total.ShouldBe(7u);
    }

    [Fact]
    public void Info_Loaded_TellsCostAndMaps()
    {
        var info = _object.Program("count").Info;
        info.Type.ShouldBe(BpfProgramType.Classifier);
        info.Name.ShouldBe("count");
        info.Tag.Length.ShouldBe(16);
        info.VerifiedInstructions.ShouldBeGreaterThan(10);
        info.TranslatedSize.ShouldBeGreaterThan(80);
        info.MapIds.ShouldContain(_object.Map("hash").Info.Id);
        info.LoadedAt.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Fact]
    public void Pin_OpenPinned_IsTheSameProgram()
    {
        using var pins = new TestPins();
        _object.Program("count").Pin(pins.PathOf("count"));
        using var again = BpfProgram.OpenPinned(pins.PathOf("count"));
        again.Info.Id.ShouldBe(_object.Program("count").Info.Id);
    }
}
