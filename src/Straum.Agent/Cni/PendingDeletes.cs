using Straum.Control.Addressing;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// Deletions that straum-cni wrote down because no agent answered: one file <c>container:interface.json</c> each, holding
/// the request. The runtime was told that they are done. Only the name matters: it says who is to be removed.
/// </summary>
public sealed class PendingDeletes(string directory)
{
    private const string Suffix = ".json";

    /// <summary>In no order. Files that straum-cni did not name are left alone.</summary>
    public IReadOnlyList<AddressOwner> List()
    {
        if (!Directory.Exists(directory))
        {
            return [];
        }
        var owners = new List<AddressOwner>();
        foreach (var path in Directory.EnumerateFiles(directory, "*" + Suffix))
        {
            // ':' can be in neither a container ID nor an interface name.
            var parts = Path.GetFileName(path)[..^Suffix.Length].Split(':');
            if (parts.Length == 2 && CniRequest.IsValidName(parts[0]) && CniRequest.IsValidInterfaceName(parts[1]))
            {
                owners.Add(new AddressOwner(parts[0], parts[1]));
            }
        }
        return owners;
    }

    public bool Contains(AddressOwner owner) => File.Exists(PathOf(owner));

    /// <summary>To be called when the deletion is done, or written down in the pod journal.</summary>
    public void Remove(AddressOwner owner) => DurableFile.Remove(PathOf(owner));

    private string PathOf(AddressOwner owner) => Path.Combine(directory, owner + Suffix);
}
