using Straum.Linux;
using Straum.Linux.Bpf;

namespace Straum.Testing;

/// <summary>A directory <c>straum-t-…</c> in the BPF file system, removed with all pins in it when disposed.</summary>
public sealed class TestPins : IDisposable
{
    private static int _last;

    public TestPins()
    {
        Mounts.EnsureBpfFileSystem();
        Directory = $"{Mounts.BpfFileSystem}/straum-t-{Environment.ProcessId}-{Interlocked.Increment(ref _last)}";
        System.IO.Directory.CreateDirectory(Directory);
    }

    public string Directory { get; }

    public string PathOf(string name) => $"{Directory}/{name}";

    public void Dispose() => Pins.RemoveTree(Directory);
}
