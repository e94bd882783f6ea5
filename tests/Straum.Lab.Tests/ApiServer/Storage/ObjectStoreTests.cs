using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Straum.Lab.ApiServer.Storage;

public sealed class ObjectStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Write_Always_GivesEachChangeTheNextRevision()
    {
        using var store = Open();
        var first = await PutAsync(store, "a", 1);
        var second = await PutAsync(store, "b", 1);
        (first!.Revision, second!.Revision, store.State.Revision).ShouldBe((1, 2, 2));
        second.View.Text("metadata", "resourceVersion").ShouldBe("2");
    }

    [Fact]
    public async Task Write_OfWhatIsThere_UsesNoRevision()
    {
        using var store = Open();
        var first = await PutAsync(store, "a", 1);
        var again = await PutAsync(store, "a", 1);
        again.ShouldBeSameAs(first);
        store.State.Revision.ShouldBe(1);
    }

    [Fact]
    public async Task Write_WhoseDecisionThrows_ThrowsThereAndChangesNothing()
    {
        using var store = Open();
        await PutAsync(store, "a", 1);
        await Should.ThrowAsync<InvalidOperationException>(() =>
            store.WriteAsync(Key("b"), (_, _) => throw new InvalidOperationException("no")));
        store.State.Revision.ShouldBe(1);
        (await PutAsync(store, "b", 1))!.Revision.ShouldBe(2);
    }

    [Fact]
    public async Task Delete_Always_SaysTheLastStateAtTheRevisionOfTheDeletion()
    {
        using var store = Open();
        await PutAsync(store, "a", 7);
        var last = await store.WriteAsync(Key("a"), (_, _) => StoreChange.Delete);
        last!.View.Number("value").ShouldBe(7);
        last.Revision.ShouldBe(2);
        store.State.Find(Key("a")).ShouldBeNull();
        Events(store, 1).ShouldHaveSingleItem().Deleted.ShouldBeTrue();
    }

    [Fact]
    public async Task State_KeptByAReader_DoesNotChange()
    {
        using var store = Open();
        await PutAsync(store, "a", 1);
        var before = store.State;
        await PutAsync(store, "a", 2);
        await PutAsync(store, "b", 1);
        before.List("pods").ShouldHaveSingleItem().View.Number("value").ShouldBe(1);
    }

    [Fact]
    public async Task List_OverNamespaces_IsInTheOrderOfNamespaceAndName()
    {
        using var store = Open();
        foreach (var (ns, name) in new[] { ("b", "x"), ("a", "z"), ("a", "y") })
        {
            await store.WriteAsync(new ObjectKey("pods", ns, name), (_, _) => StoreChange.Put([]));
        }
        store.State.List("pods").Select(o => $"{o.Namespace}/{o.Name}").ShouldBe(["a/y", "a/z", "b/x"]);
        store.State.List("pods", "a").Count().ShouldBe(2);
        store.State.List("pods", "none").ShouldBeEmpty();
    }

    [Fact]
    public async Task Open_AfterAStop_HasTheObjectsTheRevisionAndTheHistory()
    {
        using (var store = Open())
        {
            await PutAsync(store, "a", 1);
            await PutAsync(store, "a", 2);
            await PutAsync(store, "b", 1);
            await store.WriteAsync(Key("b"), (_, _) => StoreChange.Delete);
        }
        using var reopened = Open();
        reopened.State.Revision.ShouldBe(4);
        reopened.State.List("pods").ShouldHaveSingleItem().View.Number("value").ShouldBe(2);
        Events(reopened, 1).Select(e => (e.Revision, e.Deleted)).ShouldBe([(2, false), (3, false), (4, true)]);
        (await PutAsync(reopened, "c", 1))!.Revision.ShouldBe(5);
    }

    [Fact]
    public async Task Open_HistoryLongerThanTheRing_RefusesTheRevisionsThatFellOut()
    {
        using (var store = Open(ring: 4))
        {
            for (var i = 1; i <= 10; i++)
            {
                await PutAsync(store, "a", i);
            }
        }
        using var reopened = Open(ring: 4);
        TryEvents(reopened, 5, out _).ShouldBeFalse();
        TryEvents(reopened, 6, out var kept).ShouldBeTrue();
        kept.Select(e => e.Revision).ShouldBe([7, 8, 9, 10]);
        // A kind without any change has the same floor: nobody knows what it lost.
        reopened.Events("services").TryRead(5, [], 10, out _).ShouldBeFalse();
    }

    [Fact]
    public async Task CopyOfTheFileAtAnyMoment_HasEveryWriteThatWasAcknowledgedBefore()
    {
        // What a kill -9 leaves is the file as it is at that moment; so copies of it while writers run are crashes.
        using var store = Open();
        var acknowledged = new ConcurrentDictionary<string, long>();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var name = $"w{writer}-{i % 20}";
                var written = await PutAsync(store, name, i);
                acknowledged[name] = written!.Revision;
            }
        }, TestContext.Current.CancellationToken)).ToList();

        for (var crash = 0; crash < 20; crash++)
        {
            while (acknowledged.Count < 40)
            {
                await Task.Yield();
            }
            var promised = acknowledged.ToDictionary();
            var seen = store.State.Revision;
            var copy = Directory.CreateDirectory(_directory.File($"crash-{crash}")).FullName;
            CopyOpenFile(_directory.File("objects.journal"), Path.Combine(copy, "objects.journal"));
            using var recovered = ObjectStore.Open(copy);
            recovered.State.Revision.ShouldBeGreaterThanOrEqualTo(seen);
            foreach (var (name, revision) in promised)
            {
                recovered.State.Find(Key(name)).ShouldNotBeNull().Revision.ShouldBeGreaterThanOrEqualTo(revision);
            }
        }
        await stop.CancelAsync();
        await Task.WhenAll(writers);
    }

    [Fact]
    public async Task Journal_GrownFarBeyondItsObjects_IsCompactedWithoutLosingAny()
    {
        var large = new string('x', 1 << 20);
        using (var store = Open())
        {
            await PutAsync(store, "kept", 1);
            for (var i = 0; i < 40; i++)
            {
                var content = large + i;
                await store.WriteAsync(Key("large"), (_, _) => StoreChange.Put(new JsonObject { ["text"] = content }));
            }
            new FileInfo(_directory.File("objects.journal")).Length.ShouldBeLessThan(20 << 20);
        }
        using var reopened = Open();
        reopened.State.Revision.ShouldBe(41);
        reopened.State.Find(Key("kept")).ShouldNotBeNull();
        reopened.State.Find(Key("large"))!.View.Text("text").ShouldBe(large + 39);
        TryEvents(reopened, 1, out _).ShouldBeFalse();
    }

    [Fact]
    public async Task Watcher_ToldOfAChange_CanReadIt()
    {
        using var store = Open();
        var cursor = 0L;
        var events = new List<StoreEvent>();
        var writer = Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                await PutAsync(store, "a", i);
            }
        }, TestContext.Current.CancellationToken);
        while (cursor < 500)
        {
            events.Clear();
            var complete = store.EventRevision;
            store.Events("pods").TryRead(cursor, events, 100, out var changed).ShouldBeTrue();
            foreach (var change in events)
            {
                change.Revision.ShouldBe(cursor + 1);
                cursor = change.Revision;
                store.State.Find(Key("a"))!.Revision.ShouldBeGreaterThanOrEqualTo(cursor);
            }
            cursor.ShouldBeGreaterThanOrEqualTo(Math.Min(complete, cursor));
            if (events.Count == 0)
            {
                await changed.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
            }
        }
        await writer;
    }

    private ObjectStore Open(int ring = 8192)
    {
        var store = ObjectStore.Open(_directory.Path, ring);
        store.Start();
        return store;
    }

    private static ObjectKey Key(string name) => new("pods", "default", name);

    private static Task<StoredObject?> PutAsync(ObjectStore store, string name, int value) =>
        store.WriteAsync(Key(name), (_, _) => StoreChange.Put(new JsonObject { ["value"] = value }));

    private static List<StoreEvent> Events(ObjectStore store, long after)
    {
        TryEvents(store, after, out var events).ShouldBeTrue();
        return events;
    }

    private static bool TryEvents(ObjectStore store, long after, out List<StoreEvent> events)
    {
        events = [];
        return store.Events("pods").TryRead(after, events, 1000, out _);
    }

    // The store holds its file locked against other .NET openers; cp does not ask.
    private static void CopyOpenFile(string from, string to)
    {
        using var cp = System.Diagnostics.Process.Start("cp", [from, to]);
        cp.WaitForExit();
        cp.ExitCode.ShouldBe(0);
    }
}
