using Straum.Kubernetes.Objects;

namespace Straum.Kubernetes.Leases;

/// <summary>Which lease, for whom, and how fast.</summary>
public sealed record LeaseOptions
{
    public required NamespacedName Lease { get; init; }

    /// <summary>Unique among the candidates, and the same after a restart where that shall resume at once.</summary>
    public required string Identity { get; init; }

    /// <summary>How long others wait after the last renewal that they saw.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long without a successful renewal until we call it lost; less than <see cref="Duration"/>.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The pause between attempts, made up to a fifth longer by chance.</summary>
    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>All that is wrong with these options; empty when they can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var wrong = new List<string>();
        if (Identity.Length == 0)
        {
            wrong.Add("the identity is empty");
        }
        if (Duration < TimeSpan.FromSeconds(1))
        {
            wrong.Add("the duration must be at least 1 s: leases count in seconds");
        }
        if (RenewDeadline >= Duration)
        {
            wrong.Add("the renew deadline must be shorter than the duration, or two may hold the lease at once");
        }
        if (RetryPeriod * 2 > RenewDeadline)
        {
            wrong.Add("the renew deadline must leave room for two attempts");
        }
        return wrong;
    }
}
