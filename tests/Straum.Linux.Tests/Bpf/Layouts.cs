namespace Straum.Linux.Bpf;

// The structs of maps.bpf.c.
internal record struct Key(uint Id, ushort Port = 0, ushort Pad = 0);

internal record struct Value(ulong Count, uint Flags = 0, uint Pad = 0);

internal record struct Sum(uint Left, uint Right, uint Total = 0, uint Pad = 0);

internal record struct Prefix(uint Bits, byte A, byte B, byte C, byte D);
