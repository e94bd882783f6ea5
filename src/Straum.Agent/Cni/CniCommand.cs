namespace Straum.Agent.Cni;

/// <summary>CNI_COMMAND.</summary>
public enum CniCommand
{
    Add,
    Del,
    Check,
    Gc,
    Status,
    Version,
}
