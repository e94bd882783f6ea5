using FsCheck;
using FsCheck.Fluent;
using Straum.Kubernetes.Support;

namespace Straum.Kubernetes.Informers;

public sealed class InformerConvergenceTests
{
    /// <summary>
    /// Whatever happens to the objects and to the connection, the informer ends up with the server's state: no
    /// delete is lost, nothing stays that is gone.
    /// </summary>
    [Fact]
    public void AnyHistory_OverAnyFaultyConnection_EndsInTheServersState() => Check.One(
        Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(Environment.GetEnvironmentVariable("STRAUM_TEST_LONG") is null ? 150 : 3000),
        Prop.ForAll(ArbMap.Default.ArbFor<(int Seed, (byte Name, byte Action)[] Steps)>(), input => RunAsync(input.Seed, input.Steps).Wait()));

    private static async Task RunAsync(int seed, (byte Name, byte Action)[] steps)
    {
        using var cluster = new FakeCluster(seed);
        for (var i = 0; i < 8; i++)
        {
            cluster.Set($"n{i}", "start");
        }
        await using var running = new RunningInformer(cluster, new EagerTime(), seed);
        for (var i = 0; i < steps.Length; i++)
        {
            var name = $"n{steps[i].Name % 12}";
            switch (steps[i].Action % 8)
            {
                case < 4: cluster.Set(name, $"{i}"); break;
                case < 6: cluster.Delete(name); break;
                case 6: cluster.Compact(); break;
                default: await running.UntilAsync(() => running.Informer.HasSynced); break;
            }
            if (steps[i].Action % 3 == 0)
            {
                await Task.Yield();
            }
        }
        cluster.Faulty = false;
        await running.UntilAsync(cluster.State());
        running.Informer.Problems.ShouldBeEmpty();
    }
}
