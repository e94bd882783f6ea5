using FsCheck;
using FsCheck.Fluent;
using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Snapshots;

public sealed class ObjectTableTests
{
    private sealed class Item(int id, int version) : INamed
    {
        public NamespacedName Key { get; } = new("ns", $"item-{id}");
        public int Version => version;
    }

    [Fact]
    public void Table_AfterAnySequenceOfChanges_EqualsADictionary() => Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(200),
        Prop.ForAll(ArbMap.Default.ArbFor<(int Id, bool Remove)[]>(), steps =>
        {
            var table = ObjectTable<Item>.Empty;
            var model = new Dictionary<NamespacedName, Item>();
            for (var i = 0; i < steps.Length; i++)
            {
                var item = new Item(steps[i].Id % 50, i);
                table = steps[i].Remove ? table.Remove(item.Key) : table.Set(item);
                _ = steps[i].Remove ? model.Remove(item.Key) : (model[item.Key] = item) is null;
                AssertSame(table, model);
            }
            AssertSame(ObjectTable<Item>.Create(table), model);
        }));

    [Fact]
    public void ChangesSince_BetweenAnyTwoTables_TurnsOneIntoTheOther() => Check.One(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(200),
        Prop.ForAll(ArbMap.Default.ArbFor<(int Id, bool Remove, bool Mark)[]>(), steps =>
        {
            var table = ObjectTable<Item>.Create(Enumerable.Range(0, 2000).Select(i => new Item(i, -1)));
            var earlier = table;
            for (var i = 0; i < steps.Length; i++)
            {
                var item = new Item(Math.Abs(steps[i].Id) % 2100, i);
                table = steps[i].Remove ? table.Remove(item.Key) : table.Set(item);
                earlier = steps[i].Mark ? table : earlier;
            }
            var model = earlier.ToDictionary(i => i.Key);
            var changes = table.ChangesSince(earlier);
            foreach (var (before, after) in changes)
            {
                (before is not null ? model[before.Key] : null).ShouldBeSameAs(before);
                after.ShouldNotBeSameAs(before);
                if (after is null) { model.Remove(before!.Key); } else { model[after.Key] = after; }
            }
            AssertSame(table, model);
            changes.Count.ShouldBeLessThanOrEqualTo(steps.Length);
            // Built apart, nothing is shared, and the differences are still the same.
            ObjectTable<Item>.Create(table).ChangesSince(earlier).ShouldBe(changes, ignoreOrder: true);
        }));

    [Fact]
    public void Table_ThatChangedNothing_IsTheSameInstance()
    {
        var item = new Item(1, 1);
        var table = ObjectTable<Item>.Empty.Set(item).Set(new Item(2, 1));
        table.Set(item).ShouldBeSameAs(table);
        table.Remove(new("ns", "absent")).ShouldBeSameAs(table);
        table.Remove(new("ns", "item-1")).Remove(new("ns", "item-2")).ShouldBeSameAs(ObjectTable<Item>.Empty);
    }

    [Fact]
    public void Names_WhoseHashesCollide_AreKeptApart()
    {
        // Name hashes are seeded per process; by the birthday bound half a million hold some thirty pairs.
        var pair = Enumerable.Range(0, 500_000).Select(i => new Item(i, 0))
            .GroupBy(i => i.Key.GetHashCode()).First(g => g.Count() > 1).ToArray();
        var one = ObjectTable<Item>.Empty.Set(pair[0]);
        var both = one.Set(pair[1]);
        AssertSame(both, pair.ToDictionary(i => i.Key));
        AssertSame(ObjectTable<Item>.Create(pair), pair.ToDictionary(i => i.Key));
        both.ChangesSince(one).ShouldBe([new(null, pair[1])]);
        AssertSame(both.Remove(pair[0].Key), new() { [pair[1].Key] = pair[1] });
        one.Remove(pair[1].Key).ShouldBeSameAs(one);
    }

    private static void AssertSame(ObjectTable<Item> table, Dictionary<NamespacedName, Item> model)
    {
        table.Count.ShouldBe(model.Count);
        table.ToHashSet().SetEquals(model.Values).ShouldBeTrue();
        foreach (var (key, item) in model)
        {
            table.Find(key).ShouldBeSameAs(item);
        }
    }
}
