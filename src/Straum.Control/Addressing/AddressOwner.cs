namespace Straum.Control.Addressing;

/// <summary>
/// Who holds addresses: one interface of one container, the key that CNI gives an attachment. A pod that is created anew
/// has another container ID, so a late release can never take what the new one holds.
/// </summary>
public readonly record struct AddressOwner(string ContainerId, string InterfaceName)
{
    public override string ToString() => $"{ContainerId}:{InterfaceName}";
}
