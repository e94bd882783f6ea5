using System.Text;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>
/// Random nodes and packets: the programs do what the model says. A failure prints the seed and the shortest sequence that still
/// fails; STRAUM_SEED runs one seed alone, STRAUM_FUZZ very many new ones.
/// </summary>
public sealed class ModelTests(ModelFixture kernel, ITestOutputHelper output) : IClassFixture<ModelFixture>
{
    private const int FixedSequences = 1200, FreshSequences = 300, FuzzSequences = 60_000;

    private const int Attempts = 20;

    // A sequence uses four names of datagrams, of 65,536; the kernel remembers 8,192 datagrams.
    private const int SequencesPerNames = 512;

    private readonly DropLedger _drops = new(kernel);

    [Fact]
    public void RandomPackets_FixedSeeds_FareAsTheModelSays() => RunSeeds(1, FixedSequences);

    [Fact]
    public void RandomPackets_FreshSeeds_FareAsTheModelSays()
    {
        var alone = Environment.GetEnvironmentVariable("STRAUM_SEED");
        var first = alone is null ? Random.Shared.Next(1 << 16, 1 << 30) : int.Parse(alone);
        var count = alone is not null ? 1 : Environment.GetEnvironmentVariable("STRAUM_FUZZ") is null ? FreshSequences : FuzzSequences;
        output.WriteLine($"seeds {first} to {first + count - 1}");
        RunSeeds(first, count);
    }

    private void RunSeeds(int first, int count)
    {
        var packets = 0;
        NodeState? last = null;
        kernel.InNamespace(() =>
        {
            for (var seed = first; seed < first + count; seed++)
            {
                if ((seed - first) % SequencesPerNames == 0)
                {
                    kernel.ForgetFragments();
                    _drops.Restart();
                    last = null;
                }
                var sequence = Sequence.Generate(seed, kernel);
                var run = new Run(kernel, _drops);
                // A part whose name is broken may be taken for one of a former sequence.
                var node = last is null ? sequence.Node : sequence.Node with { Starts = last.Starts };
                if (run.Go(node, sequence.Steps) is { } difference)
                {
                    Assert.Fail($"STRAUM_SEED={seed}\n{Tell(sequence)}{Shortest(sequence) ?? $"{run.Story}  {difference}\n  (once, and not again)"}");
                }
                packets += run.Packets;
                last = run.Node;
            }
        });
        output.WriteLine($"{count} sequences, {packets} packets");
    }

    /// <summary>The story of the fewest steps that fail; null when nothing fails again. Leaves out steps, half of them at a time, then fewer, as long as it still fails.</summary>
    private string? Shortest(Sequence sequence)
    {
        var steps = sequence.Steps;
        for (var size = steps.Count / 2; size > 0; size = size > 1 ? size / 2 : 0)
        {
            for (var at = 0; at < steps.Count;)
            {
                Step[] fewer = [.. steps.Take(at), .. steps.Skip(at + size)];
                if (Fails(fewer) is not null)
                {
                    steps = fewer;
                }
                else
                {
                    at += size;
                }
            }
        }
        return Fails(steps);

        // What the kernel chooses at random may hide a failure.
        string? Fails(IReadOnlyList<Step> some)
        {
            for (var attempt = 0; attempt < Attempts; attempt++)
            {
                kernel.ForgetFragments();
                _drops.Restart();
                var run = new Run(kernel, _drops);
                if (run.Go(sequence.Node, some) is { } difference)
                {
                    return $"{run.Story}  {difference}";
                }
            }
            return null;
        }
    }

    private static string Tell(Sequence sequence)
    {
        var node = sequence.Node;
        var text = new StringBuilder($"node: {node.Pods.Count / 2} pods, ports {node.PortMin}-{node.PortMax}, addresses {node.Node4} {node.Node6}, masquerading {node.Masquerade}\n");
        foreach (var (name, service) in node.Services)
        {
            text.AppendLine($"  {Ends.Address(name.Address)} {name.Port}/{name.Protocol}:{(service.Silent ? " silent" : "")} " +
                string.Join(' ', service.Backends.Select(id => $"{id}={node.Backends[id].End}{(node.Backends[id].Usable ? "" : " (gone)")}")));
        }
        return text.ToString();
    }
}
