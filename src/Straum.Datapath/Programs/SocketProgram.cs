using Straum.Linux.Bpf;

namespace Straum.Datapath.Programs;

/// <summary>A program of socket.bpf.c and the hook it is for.</summary>
public sealed record SocketProgram(string Name, AttachType Hook, BpfProgram Program);
