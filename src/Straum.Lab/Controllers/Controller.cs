using Straum.Lab.ApiServer.Storage;

namespace Straum.Lab.Controllers;

/// <summary>
/// One controller: it says which of its objects a change concerns, and brings one object at a time to where it should
/// be. It is level-triggered: <see cref="ReconcileAsync"/> looks at what is, not at what happened, so it may be called
/// for any key at any time. To add one: a class here, a name in <c>ControllerSet.Known</c>, a line in
/// <see cref="ControllerHost"/>, a test that needs no other controller.
/// </summary>
internal abstract class Controller
{
    /// <summary>Its name in <c>--controllers</c>.</summary>
    public abstract string Name { get; }

    /// <summary>How many objects may be worked on at once.</summary>
    public virtual int Concurrency => 16;

    /// <summary>
    /// Takes note of a change and names the objects to look at. Never called while a reconciliation runs, so indexes
    /// that are only changed here may be read there. Also called once for every object at the start.
    /// </summary>
    public abstract IEnumerable<ObjectKey> Affected(StoreEvent change);

    /// <summary>
    /// Forgets what <see cref="Affected"/> noted; called when changes were missed, before it is told all objects again.
    /// </summary>
    public virtual void Reset()
    {
    }

    /// <summary>Brings one object to where it should be.</summary>
    /// <returns>When to look again without any change; null for not at all.</returns>
    public abstract Task<TimeSpan?> ReconcileAsync(ObjectKey key);
}
