using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;
using Straum.Kubernetes.Support;
using static Straum.Kubernetes.Support.ScriptedApi;

namespace Straum.Kubernetes.Informers;

public sealed class SnapshotSourceTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ABusyConsumer_GetsOneSnapshotOfAllThatHappened()
    {
        var nodes = new ScriptedStream();
        var namespaces = new ScriptedStream();
        using var client = new ScriptedApi(request => (request.RequestUri!.AbsolutePath, request.RequestUri.Query.Contains("watch=true")) switch
        {
            ("/api/v1/nodes", false) => Namespaces("1", ["n1"]),
            ("/api/v1/nodes", true) => Streamed(nodes),
            (_, false) => Namespaces("1", ["default"]),
            _ => Streamed(namespaces),
        }).Client(new EagerTime());
        var watches = new SnapshotWatches { Nodes = new(), Namespaces = new() };
        var source = new SnapshotSource(client, watches, new EagerTime(), new Random(1));
        using var stop = new CancellationTokenSource();
        var run = source.RunAsync(stop.Token);

        var first = await UntilAsync(source, s => s.AllSynced);
        (first.Nodes.Count, first.Namespaces.Count, first.Services.Count).ShouldBe((1, 1, 0));

        for (var i = 2; i < 500; i++)
        {
            nodes.Write(Event("ADDED", Namespace($"n{i}", $"{i}")));
        }
        // The busy consumer: it looks again only when everything has happened.
        while (source.Status[0].Events < 498)
        {
            await Task.Yield();
        }
        var second = await source.NextAsync(Ct);
        second.Nodes.Count.ShouldBe(499);
        second.Revision.ShouldBe(first.Revision + 1);
        second.Namespaces.ShouldBeSameAs(first.Namespaces);
        second.Nodes.ChangesSince(first.Nodes).Count.ShouldBe(498);

        namespaces.Write(Event("DELETED", Namespace("default", "9")));
        (await source.NextAsync(Ct)).Namespaces.Count.ShouldBe(0);
        await stop.CancelAsync();
        await run;
    }

    [Fact]
    public async Task RunAsync_OneInformerBreaks_EndsTheOthersAndThrows()
    {
        var nodes = new ScriptedStream();
        using var client = new ScriptedApi(request => (request.RequestUri!.AbsolutePath, request.RequestUri.Query.Contains("watch=true")) switch
        {
            ("/api/v1/nodes", false) => Namespaces("1", ["n1"]),
            ("/api/v1/nodes", true) => Streamed(nodes),
            _ => throw new InvalidOperationException("a fault of ours"),
        }).Client(new EagerTime());
        var source = new SnapshotSource(client, new SnapshotWatches { Nodes = new(), Namespaces = new() }, new EagerTime(), new Random(1));

        (await Should.ThrowAsync<InvalidOperationException>(() => source.RunAsync(Ct))).Message.ShouldBe("a fault of ours");
    }

    private static async Task<Snapshots.Snapshot> UntilAsync(SnapshotSource source, Predicate<Snapshots.Snapshot> condition)
    {
        while (true)
        {
            var snapshot = await source.NextAsync(Ct);
            if (condition(snapshot))
            {
                return snapshot;
            }
        }
    }
}
