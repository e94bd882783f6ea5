using Straum.Kubernetes.Objects;

namespace Straum.Agent.Daemon.Conditions;

/// <summary>What one node has to do about the conditions of Services, as far as its watches tell. Not thread-safe.</summary>
/// <param name="node">This node's name.</param>
internal sealed class ConditionBoard(string node)
{
    /// <summary>
    /// So many conditions one node holds, on the first Services by name of those that it has no room for: as many as anybody reads,
    /// and nodes that lack the same Services, as all do whose tables are of one size, look at the same ones.
    /// </summary>
    public const int Most = 32;

    private readonly Dictionary<NamespacedName, Service> _held = [];
    private Shortage _now = Shortage.None;
    private NamespacedName[] _claimable = [];

    public void Update(Shortage now)
    {
        foreach (var (before, after) in now.Snapshot.Services.ChangesSince(_now.Snapshot.Services))
        {
            if (after is not null && ProgrammedCondition.HolderOf(after) is not null)
            {
                _held[after.Key] = after;
            }
            else
            {
                _held.Remove((after ?? before)!.Key);
            }
        }
        _claimable = [.. now.Lasting.Order().Take(Most)];
        _now = now;
    }

    /// <summary>A Service to write the condition of, or null. Conditions that are over come first.</summary>
    /// <param name="isSettled">Says of a Service as it was watched that it has been seen to.</param>
    public Service? Next(Predicate<Service> isSettled)
    {
        var claims = 0;
        foreach (var service in _held.Values)
        {
            if (StepFor(service) == ConditionStep.Clear && !isSettled(service))
            {
                return service;
            }
            claims += ProgrammedCondition.HolderOf(service) == node ? 1 : 0;
        }
        return claims >= Most ? null : _claimable.Select(_now.Snapshot.Services.Find)
            .FirstOrDefault(s => s is not null && StepFor(s) == ConditionStep.Claim && !isSettled(s));
    }

    /// <summary>What this node does about a Service. A condition of a node that is no more is anybody's.</summary>
    public ConditionStep StepFor(Service service)
    {
        var holder = ProgrammedCondition.HolderOf(service);
        var isFree = holder is null || (holder != node && _now.Snapshot.Nodes.Find("", holder) is null);
        if (_now.Missing.ContainsKey(service.Key))
        {
            // Where our own Node is no more, everybody would take our condition away again.
            return isFree && _now.Snapshot.Nodes.Find("", node) is not null ? ConditionStep.Claim : ConditionStep.None;
        }
        return holder == node || (holder is not null && isFree) ? ConditionStep.Clear : ConditionStep.None;
    }

    /// <summary>What to say of a Service that there is no room for.</summary>
    public string WhyNot(Service service) => _now.Missing[service.Key];
}
