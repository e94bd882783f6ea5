using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Kernel;

/// <summary>Programs as machine code, or interpreted.</summary>
internal sealed class JitCompiler : Check
{
    public override string Id => "ST-KE-007";

    public override string Title => "programs are compiled";

    public override CheckGroup Group => CheckGroup.Kernel;

    public override Explanation Explanation { get; } = new(
        Why: "Without the compiler the kernel interprets programs, several times slower, for every packet.",
        Threshold: "warn when net.core.bpf_jit_enable is 0",
        Source: "kernel documentation, admin-guide/sysctl/net.rst, bpf_jit_enable",
        Fix: "sysctl -w net.core.bpf_jit_enable=1");

    public override Task<IReadOnlyList<Finding>> ExamineAsync(IHost host, CancellationToken stop) =>
        // Kernels built with BPF_JIT_ALWAYS_ON have only the value 1; without a compiler there is no such setting.
        One(host.ReadText("/proc/sys/net/core/bpf_jit_enable")?.Trim() switch
        {
            null => Finding.Warn("this kernel has no compiler for its programs"),
            "0" => Finding.Warn("net.core.bpf_jit_enable = 0"),
            var value => Finding.Pass($"net.core.bpf_jit_enable = {value}"),
        });
}
