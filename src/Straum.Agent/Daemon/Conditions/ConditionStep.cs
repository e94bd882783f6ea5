namespace Straum.Agent.Daemon.Conditions;

/// <summary>What one node does about the condition of one Service.</summary>
internal enum ConditionStep
{
    None,

    /// <summary>Says that it has no room.</summary>
    Claim,

    /// <summary>Takes away what it, or a node that is no more, had said.</summary>
    Clear,
}
