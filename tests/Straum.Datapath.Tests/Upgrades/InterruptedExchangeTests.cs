using Straum.Datapath.Programs;
using Straum.Datapath.Tables;
using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tests.Upgrades;

/// <summary>
/// A build may end at any step of taking over. What it leaves works for as long as nobody comes, refusals included, and whoever
/// comes finds every flow and all else that programs have made.
/// </summary>
public sealed class InterruptedExchangeTests : IDisposable
{
    private const int Enough = 300;

    private static readonly string[] MadeByPrograms = ["sockets", "fragments"];

    private readonly TrafficNode _node = new();
    private readonly Dictionary<string, List<byte[]>> _made = MadeByPrograms.ToDictionary(static name => name, static _ => new List<byte[]>());
    private TableSizes _sizes = TrafficNode.Sizes;

    public void Dispose() => _node.Dispose();

    [Fact]
    public void EndedAtEachStep_WhoeverComesNextFinishesIt()
    {
        Requires.Feature(Features.Tcx);
        string[] builds = [BpfObjects.NextDirectory, BpfObjects.Directory];
        Action<int>[] followers =
        [
            ended => _node.Install(builds[ended], _sizes),
            ended => _node.Install(builds[1 - ended], _sizes),
            // With sizes that nobody had before: flows are handed over from wherever they are.
            ended =>
            {
                _sizes = _sizes with { Conntrack = _sizes.Conntrack + 64, Services = _sizes.Services + 64 };
                _node.Install(builds[1 - ended], _sizes);
            },
        ];
        (int Build, Action<int> Follower)[] every = [.. followers.SelectMany(static _ => new[] { 0, 1 }, static (f, b) => (b, f))];
        var all = Environment.GetEnvironmentVariable("STRAUM_TEST_LONG") == "1";
        using var traffic = new Traffic(_node, pause: TimeSpan.FromMilliseconds(5));
        var steps = 0;
        for (var more = true; more; steps++)
        {
            more = false;
            foreach (var (build, follow) in all ? every : [(steps % builds.Length, followers[steps % followers.Length])])
            {
                _node.Install(builds[1 - build], _sizes);
                traffic.Wait(Enough);
                var ended = InstallUntil(builds[build], steps);
                more |= ended is not null;
                traffic.Wait(Enough);
                follow(build);
                traffic.Wait(Enough);
                traffic.Faults.ShouldBeEmpty($"ended before step {steps}, {ended}");
                Directory.GetDirectories(_node.Pins, "maps-*").ShouldHaveSingleItem();
                Array.ForEach(MadeByPrograms, name => MissingIn(name).ShouldBeEmpty($"{name}, ended before step {steps}, {ended}"));
            }
        }
        steps.ShouldBeGreaterThan(20);
        traffic.Stop();
        traffic.Faults.ShouldBeEmpty();
    }

    /// <summary>Returns the step that was not made, or null when the build is in place.</summary>
    private string? InstallUntil(string build, int step)
    {
        var former = new PinLayout(_node.Pins).Current()!;
        var left = step;
        try
        {
            _node.Install(build, _sizes, reached =>
            {
                if (left-- == 0)
                {
                    throw new EndedException(reached);
                }
            });
            return null;
        }
        catch (EndedException e)
        {
            Array.ForEach(MadeByPrograms, name => Make(former, name, step));
            return e.Message;
        }
    }

    // As a program would that is in place still.
    private void Make(Generation former, string name, int step)
    {
        using var pinned = former.TryOpen(name);
        if (pinned is null)
        {
            return; // nobody is over this set any more
        }
        var map = new RawMap(pinned);
        var key = new byte[map.KeySize];
        BitConverter.TryWriteBytes(key, step + 1);
        map.TryUpdate(key, new byte[map.ValueSize]);
        _made[name].Add(key);
    }

    private string[] MissingIn(string name)
    {
        using var pinned = new PinLayout(_node.Pins).Current()!.TryOpen(name);
        var there = new RawMap(pinned!).Entries().Select(static entry => Convert.ToHexString(entry.Key)).ToHashSet();
        return [.. _made[name].Select(Convert.ToHexString).Where(key => !there.Contains(key))];
    }

    private sealed class EndedException(string step) : Exception(step);
}
