using System.Collections.Immutable;
using System.Net;
using Straum.Kubernetes.Objects;

namespace Straum.Control.Services;

public sealed class FrontendChangesTests
{
    private static readonly FrontendSpec A = Frontend("a"), B = Frontend("b"), C = Frontend("c"), D = Frontend("d");

    [Fact]
    public void SameInstances_NothingDiffers()
    {
        var changes = FrontendChanges.Between([A, B, C], [A, B, C]);
        changes.Added.ShouldBeEmpty();
        changes.Removed.ShouldBeEmpty();
    }

    [Fact]
    public void OneAddedOneGoneOneChanged_AreToldAlone()
    {
        var changed = C with { Flags = FrontendFlags.Affinity };

        var changes = FrontendChanges.Between([A, C, D], [A, B, changed]);

        changes.Added.ShouldBe([B, changed]);
        changes.Removed.ShouldBe([C, D]);
    }

    [Fact]
    public void FromNothingAndToNothing()
    {
        FrontendChanges.Between([], [A, B]).Added.ShouldBe([A, B]);
        FrontendChanges.Between([A, B], []).Removed.ShouldBe([A, B]);
    }

    [Fact]
    public void PortsOfOneService_DifferByTheirOrder()
    {
        var (first, second) = (Frontend("a", 80), Frontend("a", 81));
        FrontendChanges.Between([first, second], [second]).Removed.ShouldBe([first]);
        FrontendChanges.Between([second], [first, second]).Added.ShouldBe([first]);
    }

    /// <summary>Whatever the order: applied to the one plan, the changes give the other.</summary>
    [Fact]
    public void AnyOrder_LeadsFromOneToTheOther()
    {
        var random = new Random(7);
        var all = Enumerable.Range(0, 12).Select(i => Frontend($"s{i:00}")).ToArray();
        for (var round = 0; round < 500; round++)
        {
            ImmutableArray<FrontendSpec> before = [.. Some(all)], after = [.. Some(all)];
            var changes = FrontendChanges.Between(before, after);
            before.Except(changes.Removed).Union(changes.Added).ShouldBe(after, ignoreOrder: true);
        }

        IEnumerable<FrontendSpec> Some(FrontendSpec[] specs) => specs.Where(_ => random.Next(2) == 0).OrderBy(_ => random.Next());
    }

    private static FrontendSpec Frontend(string service, ushort port = 80) => new()
    {
        Address = IPAddress.Parse("10.96.0.10"),
        Port = port,
        Protocol = Protocol.Tcp,
        Kind = FrontendKind.ClusterIP,
        ServiceName = new NamespacedName("shop", service),
    };
}
