namespace Straum.Agent.Cni;

/// <summary>A pair of devices that was just made. Dispose of it when done; that does not remove it.</summary>
public interface IPodLink : IDisposable
{
    int HostInterfaceIndex { get; }

    /// <summary>Sets both ends up and adds the routes: packets flow from here on.</summary>
    void Activate();
}
