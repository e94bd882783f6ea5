using Straum.Control.Tuning;
using Straum.Linux;

namespace Straum.Doctor.Tuning;

/// <summary>A host's files in a temporary folder: kernel settings as a fresh node has them, and room for an administrator's.</summary>
internal sealed class FakeHost : IDisposable
{
    public FakeHost(int cores = 8, long memoryGiB = 16)
    {
        Facts = new TuningFacts(cores, memoryGiB << 30);
        foreach (var (key, value) in (IEnumerable<(string, string)>)
            [
                ("net.netfilter.nf_conntrack_max", "65536"), ("net.netfilter.nf_conntrack_buckets", "65536"),
                ("net.netfilter.nf_conntrack_tcp_timeout_established", "432000"), ("net.core.somaxconn", "4096"), ("net.core.rmem_max", "212992"),
                ("net.core.wmem_max", "212992"), ("net.ipv4.ip_local_reserved_ports", ""), ("net.ipv4.ip_local_port_range", "32768\t60999"),
                ("net.ipv4.tcp_fin_timeout", "60"), ("net.ipv4.tcp_tw_reuse", "2"), ("net.core.default_qdisc", "fq_codel"),
                ("net.ipv4.tcp_congestion_control", "cubic"), ("net.ipv4.tcp_available_congestion_control", "reno cubic bbr"),
                ("kernel.random.boot_id", "boot-1"),
            ])
        {
            Set(key, value);
        }
        Directory.CreateDirectory(Path.Combine(Root, "etc/sysctl.d"));
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("straum-tune-").FullName;

    public TunePaths Paths => new(Root);

    public TuningFacts Facts { get; private set; }

    public Tuner Tuner => new(Paths, new SysctlTree(Paths.Settings), Facts);

    /// <summary>The same files on a machine of another size.</summary>
    public FakeHost With(TuningFacts facts)
    {
        Facts = facts;
        return this;
    }

    /// <summary>A tuner whose process ends at the given write to the kernel.</summary>
    public Tuner CrashingAt(int write) => new(Paths, new CrashingTree(new SysctlTree(Paths.Settings), write), Facts);

    /// <summary>A tuner of a kernel that takes no value for a key.</summary>
    public Tuner Refusing(string key) => new(Paths, new RefusingTree(new SysctlTree(Paths.Settings), key), Facts);

    /// <summary>What the full profile makes of a setting here.</summary>
    public TuningStep Step(string key) => Tuner.Plan(TuningProfile.Full).Single(s => s.Setting.Key == key);

    public string Get(string key) => File.ReadAllText(PathOf(key)).TrimEnd('\n');

    public void Set(string key, string value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(key))!);
        File.WriteAllText(PathOf(key), value + "\n");
    }

    public void Remove(string key) => File.Delete(PathOf(key));

    /// <summary>A file of the administrator's.</summary>
    public void Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }

    /// <summary>Every file with its bytes, and every folder.</summary>
    public string Picture() => string.Join('\n', Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories)
        .Order(StringComparer.Ordinal)
        .Select(static p => Directory.Exists(p) ? p : $"{p}: {Convert.ToHexString(File.ReadAllBytes(p))}"));

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private string PathOf(string key) => Path.Combine(Paths.Settings, key.Replace('.', '/'));

    private sealed class RefusingTree(ISysctlTree tree, string refused) : ISysctlTree
    {
        public string? Read(string key) => tree.Read(key);

        public void Write(string key, string value)
        {
            if (key == refused)
            {
                throw new LinuxException("sysctl write", key, Errno.EINVAL);
            }
            tree.Write(key, value);
        }
    }

    private sealed class CrashingTree(ISysctlTree tree, int at) : ISysctlTree
    {
        private int _writes;

        public string? Read(string key) => tree.Read(key);

        public void Write(string key, string value)
        {
            if (++_writes == at)
            {
                throw new OperationCanceledException("the process ended here");
            }
            tree.Write(key, value);
        }
    }
}
