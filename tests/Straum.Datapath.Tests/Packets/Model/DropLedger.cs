using Straum.Datapath.Abi;

namespace Straum.Datapath.Tests.Packets.Model;

/// <summary>How often each reason was counted so far, so that one more can be seen.</summary>
internal sealed class DropLedger(DatapathFixture kernel)
{
    private readonly Dictionary<(Place, DropReason), ulong> _counted = [];

    /// <summary>The first of the reasons that the kernel has not counted once more than before.</summary>
    public DropReason? Missing(Place place, IEnumerable<DropReason> reasons)
    {
        foreach (var reason in reasons)
        {
            if (kernel.Drops(place, reason) != Before(place, reason) + 1)
            {
                return reason;
            }
        }
        return null;
    }

    public void Add(Place place, IEnumerable<DropReason> reasons)
    {
        foreach (var reason in reasons)
        {
            _counted[(place, reason)] = Before(place, reason) + 1;
        }
    }

    /// <summary>Reads everything anew.</summary>
    public void Restart()
    {
        for (var place = (Place)0; place < Place.Count; place++)
        {
            foreach (var reason in Enum.GetValues<DropReason>())
            {
                _counted[(place, reason)] = kernel.Drops(place, reason);
            }
        }
    }

    private ulong Before(Place place, DropReason reason) => _counted.GetValueOrDefault((place, reason));
}
