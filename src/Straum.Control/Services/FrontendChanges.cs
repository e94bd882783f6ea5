using System.Collections.Immutable;

namespace Straum.Control.Services;

/// <summary>
/// The difference of two plans' frontends. Found by instance, because what is equal keeps its instance: a plan of 100,000
/// frontends of which one changed costs as many comparisons of references and one of content.
/// </summary>
/// <param name="Added">In the later plan alone; in its order. One that changed is here and in <see cref="Removed"/>.</param>
/// <param name="Removed">In the earlier plan alone; in its order.</param>
public readonly record struct FrontendChanges(IReadOnlyList<FrontendSpec> Added, IReadOnlyList<FrontendSpec> Removed)
{
    /// <summary>
    /// What leads from one plan to the other. Frontends that are not in the order of <see cref="ServicePlan"/> may be in both
    /// lists though they are in both plans.
    /// </summary>
    public static FrontendChanges Between(ImmutableArray<FrontendSpec> before, ImmutableArray<FrontendSpec> after)
    {
        List<FrontendSpec> added = [], removed = [];
        int i = 0, j = 0;
        while (i < before.Length && j < after.Length)
        {
            if (ReferenceEquals(before[i], after[j]))
            {
                i++;
                j++;
                continue;
            }
            var order = Compare(before[i], after[j]);
            if (order <= 0)
            {
                removed.Add(before[i++]);
            }
            if (order >= 0)
            {
                added.Add(after[j++]);
            }
        }
        removed.AddRange(before.AsSpan()[i..]);
        added.AddRange(after.AsSpan()[j..]);
        return new(added, removed);
    }

    // The order that ServicePlan promises.
    private static int Compare(FrontendSpec a, FrontendSpec b)
    {
        var order = a.ServiceName.CompareTo(b.ServiceName);
        order = order != 0 ? order : a.Kind.CompareTo(b.Kind);
        order = order != 0 ? order : a.Port.CompareTo(b.Port);
        order = order != 0 ? order : a.Protocol.CompareTo(b.Protocol);
        order = order != 0 ? order : AddressOrder.Instance.Compare(a.Address, b.Address);
        return order != 0 ? order : a.Scope.CompareTo(b.Scope);
    }
}
