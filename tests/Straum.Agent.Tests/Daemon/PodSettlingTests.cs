using Microsoft.Extensions.Logging.Abstractions;
using Straum.Agent.Daemon;
using Straum.Control.Addressing;
using Straum.Linux;

namespace Straum.Agent.Tests.Daemon;

public sealed class PodSettlingTests
{
    private readonly ManualClock _clock = new();
    private readonly PodSettling _settling;
    private TimeSpan _idle = PodSettling.Quiet;
    private int _left = 3;
    private Action _before = () => { };

    public PodSettlingTests() => _settling = new PodSettling(() => _idle, () => _left > 0, SettleNext, _clock, NullLogger.Instance);

    [Fact]
    public async Task Tick_WhileNobodyWaits_SettlesAll()
    {
        await TickAsync();
        _left.ShouldBe(0);
    }

    [Fact]
    public async Task Tick_WhilePodsCome_SettlesNone()
    {
        _idle = PodSettling.Quiet - TimeSpan.FromTicks(1);
        await TickAsync();
        _left.ShouldBe(3);
    }

    [Fact]
    public async Task Tick_APodComesMeanwhile_Stops()
    {
        _before = () => _idle = TimeSpan.Zero;
        await TickAsync();
        _left.ShouldBe(2);
    }

    [Fact]
    public async Task Tick_WithoutAPauseForLong_SettlesOneEachTime()
    {
        _idle = TimeSpan.Zero;
        await TickAsync();
        _clock.Advance(PodSettling.Patience);
        await TickAsync();
        _left.ShouldBe(2);
        await TickAsync();
        _left.ShouldBe(1);
    }

    [Fact]
    public async Task Tick_PatienceBeginsAnewWhenAllIsSettled()
    {
        await TickAsync();
        await TickAsync();
        _clock.Advance(PodSettling.Patience);
        (_left, _idle) = (1, TimeSpan.Zero);
        await TickAsync();
        _left.ShouldBe(1);
    }

    [Fact]
    public async Task Tick_KernelRefuses_TheNextTriesAgain()
    {
        _before = () => throw new LinuxException("link create", "pod_out", Errno.ENOMEM);
        await TickAsync();
        _left.ShouldBe(3);
        _before = () => { };
        await TickAsync();
        _left.ShouldBe(0);
    }

    private Task TickAsync() => _settling.TickAsync(TestContext.Current.CancellationToken);

    private Task<bool> SettleNext()
    {
        _before();
        return Task.FromResult(_left > 0 && _left-- > 0);
    }
}
