using Straum.Datapath.Abi;
using Straum.Linux.Bpf;

namespace Straum.Datapath.Tables;

/// <summary>
/// The node's own settings, as one value that changes in one step: a program that runs meanwhile sees all of the former
/// one or all of the new one. The slots are filled in turn and one word says which counts (bpf/abi/pod.h); a slot is
/// written again seven changes later, and each change is preceded by system calls that take longer than any program runs.
/// One thread writes.
/// </summary>
public sealed class NodeConfigTable : IDisposable
{
    private readonly MappedBpfArray<NodeConfig> _slots;
    private readonly MappedBpfArray<uint> _slot;

    /// <param name="slots">The table `config`.</param>
    /// <param name="slot">The table `config_slot`.</param>
    public NodeConfigTable(BpfMap slots, BpfMap slot)
    {
        _slots = new MappedBpfArray<NodeConfig>(slots);
        _slot = new MappedBpfArray<uint>(slot);
    }

    /// <summary>What programs see.</summary>
    public NodeConfig Value
    {
        get => _slots[(int)(Volatile.Read(ref _slot[0]) % (uint)_slots.Length)];
        set
        {
            var next = (_slot[0] + 1) % (uint)_slots.Length;
            _slots[(int)next] = value;
            Volatile.Write(ref _slot[0], next);
        }
    }

    public void Dispose()
    {
        _slots.Dispose();
        _slot.Dispose();
    }
}
