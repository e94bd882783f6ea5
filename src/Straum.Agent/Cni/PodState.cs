namespace Straum.Agent.Cni;

/// <summary>How far an attachment has come. Written down before each step, so that a successor knows what to undo or finish.</summary>
public enum PodState
{
    /// <summary>ADD is running. Found at start: the runtime was never told of it, so it is undone.</summary>
    Attaching,

    /// <summary>ADD has succeeded.</summary>
    Attached,

    /// <summary>DEL has begun. Found at start, or after a fault: it is finished.</summary>
    Detaching,
}
