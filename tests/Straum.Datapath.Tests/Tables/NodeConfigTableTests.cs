using Straum.Datapath.Abi;
using Straum.Datapath.Tables;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tests.Tables;

public sealed class NodeConfigTableTests
{
    [Fact]
    public void Value_Changed_LeavesTheFormerOneWhole_ForSevenChanges()
    {
        using var slots = BpfMap.Create(BpfMapSpec.Array<NodeConfig>("config", (int)AbiConstants.NodeConfigSlots, BpfMapFlags.Mappable));
        using var slot = BpfMap.Create(BpfMapSpec.Array<uint>("config_slot", 1, BpfMapFlags.Mappable));
        using var table = new NodeConfigTable(slots, slot);
        // As a program that looked the slot up and goes on reading from it.
        using var memory = new MappedBpfArray<NodeConfig>(slots);
        table.Value = new NodeConfig { Vni = 1, Flags = 1 };
        ref var held = ref memory[1];

        for (uint version = 2; version < 1 + AbiConstants.NodeConfigSlots; version++)
        {
            table.Value = new NodeConfig { Vni = version, Flags = version };
            table.Value.Vni.ShouldBe(version);
            (held.Vni, held.Flags).ShouldBe((1u, 1u));
        }
    }
}
