using Straum.Doctor.Checks.Conntrack;
using Straum.Doctor.Checks.Cpu;
using Straum.Doctor.Checks.Kernel;

namespace Straum.Doctor;

/// <summary>Every check there is.</summary>
public static class Catalogue
{
    public static IReadOnlyList<Check> All { get; } =
    [
        new KernelVersion(),
        new KernelFeatures(),
        new TypeInformation(),
        new Virtualization(),
        new BpfFileSystem(),
        new ControlGroups(),
        new JitCompiler(),
        new CpuSteal(),
        new SoftirqBacklog(),
        new CpuPressure(),
        new MemoryPressure(),
        new KernelTableUsage(),
        new KernelTableDrops(),
        new KernelTableSize(),
        new EstablishedTimeout(),
        new AgentTables(),
    ];

    /// <summary>Ids of checks that are gone; never given again.</summary>
    public static IReadOnlyList<string> Retired { get; } = [];

    /// <summary>Null when no check has the id.</summary>
    public static Check? Find(string id) => All.FirstOrDefault(c => c.Id.Equals(id, StringComparison.OrdinalIgnoreCase));
}
