using Straum.Datapath.Abi;

namespace Straum.Datapath.Services;

/// <summary>What makes two backends the same one.</summary>
public readonly record struct BackendKey(Addr Address, ushort Port, byte Protocol)
{
    public static BackendKey Of(in Backend backend) => new(backend.Address, backend.Port, backend.Proto);
}
