namespace Straum.Agent.Cni;

/// <summary>Error codes of the CNI specification 1.1.0 ("Error"); from 100 on they are ours.</summary>
public enum CniErrorCode
{
    IncompatibleVersion = 1,
    UnsupportedField = 2,
    UnknownContainer = 3,
    InvalidEnvironment = 4,
    Io = 5,
    Undecodable = 6,
    InvalidConfig = 7,

    /// <summary>The runtime keeps the pod and calls again.</summary>
    TryAgainLater = 11,

    /// <summary>STATUS: no pod can be added now.</summary>
    NotAvailable = 50,

    /// <summary>STATUS: no pod can be added now, and those that run may be cut off.</summary>
    LimitedConnectivity = 51,

    /// <summary>CHECK: something that ADD made is missing or changed.</summary>
    Damaged = 100,

    /// <summary>The kernel refused, or the agent has a fault; the details say which.</summary>
    Failed = 101,
}
