namespace Straum.Agent.Cni;

/// <summary>
/// The programs and tables that carry pods' packets, as CNI needs them. Calls for one pod come one after the other, calls
/// for different pods at the same time, on threads that may block. A fault is an exception; it fails the call that it
/// happens in, and the runtime tries again.
/// </summary>
public interface IPodDatapath
{
    /// <summary>
    /// Called once at start, before anything else: the tables hold exactly these pods afterwards, and their programs are
    /// attached. What is as it should be already is left untouched.
    /// </summary>
    void Restore(IReadOnlyCollection<PodEndpoint> pods);

    /// <summary>
    /// Attaches the programs to the host end and writes the pod's entries. The device exists and is down: once this has
    /// returned it is set up, and the pod is reachable under whatever policy applies to it. Safe to repeat.
    /// </summary>
    void Attach(PodEndpoint pod);

    /// <summary>As <see cref="Attach"/>, for a pod whose device is in use: something of it is missing, and no packet may be lost by putting it back.</summary>
    void Repair(PodEndpoint pod);

    /// <summary>Removes the pod's entries; what it still sends is dropped. Its device is removed next. A pod that is not there is fine.</summary>
    void Detach(PodEndpoint pod);

    /// <summary>Whether the entries are in the tables, and the programs on the device.</summary>
    bool Contains(PodEndpoint pod);
}
