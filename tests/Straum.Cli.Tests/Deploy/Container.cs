using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Straum.Cli.Tests.Deploy;

/// <summary>
/// A container of the rendered pod, run by runc as kubelet and a container runtime would: the capabilities, seccomp profile, mounts
/// and read-only paths of the manifest, host paths below a directory of the test. The root file system is this machine's /usr with
/// the built programs at /opt/straum.
/// </summary>
internal sealed class Container : IDisposable
{
    // What containerd and CRI-O make read-only for a container that is not privileged.
    private static readonly string[] ReadOnlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
    private static readonly string[] EmptyDirectories = ["proc", "dev", "sys", "usr", "opt", "etc", "host", "run", "var/lib", "tmp"];
    private const string SeccompProfile = "/usr/share/containers/seccomp.json";

    private readonly string _id = $"straum-t-{Environment.ProcessId}-{Guid.NewGuid():N}"[..28];
    private readonly string _directory;
    private readonly JsonObject _container;

    /// <param name="pod">Its security context and volumes are the container's too.</param>
    /// <param name="container">As in the manifest.</param>
    /// <param name="host">Stands for the host's root: every hostPath that <paramref name="shared"/> does not name is below it.</param>
    /// <param name="shared">Host paths that are the machine's own, and where on it they are.</param>
    /// <param name="networkNamespace">Path of the one that stands for the host's.</param>
    /// <param name="files">Volumes that are no host paths, and mounts that kubelet adds: container path to directory.</param>
    public Container(JsonObject pod, JsonObject container, string host, IReadOnlyDictionary<string, string> shared, string networkNamespace,
        IReadOnlyDictionary<string, string> files)
    {
        _container = container;
        _directory = Directory.CreateDirectory(Path.Combine(host, "..", (string)container["name"]!)).FullName;
        var root = Path.Combine(_directory, "rootfs");
        foreach (var directory in EmptyDirectories)
        {
            Directory.CreateDirectory(Path.Combine(root, directory));
        }
        foreach (var (link, target) in new[] { ("bin", "usr/bin"), ("lib", "usr/lib"), ("lib64", "usr/lib64"), ("var/run", "../run") })
        {
            File.CreateSymbolicLink(Path.Combine(root, link), target);
        }
        var mounts = BaseMounts(Path.Combine(Deployment.Root, "bin"));
        foreach (var mount in container["volumeMounts"]!.AsArray())
        {
            var (path, volume) = ((string)mount!["mountPath"]!, (string)mount["name"]!);
            var source = files.GetValueOrDefault(path) ?? HostPath(pod, volume, host, shared);
            mounts.Add(Bind(path, source, mount["readOnly"] is not null, (string?)mount["mountPropagation"] is "HostToContainer"));
        }
        foreach (var (path, source) in files.Where(f => !mounts.Any(m => (string?)m!["destination"] == f.Key)))
        {
            mounts.Add(Bind(path, source, readOnly: true, follows: false));
        }
        // A mount point that is missing would have to be made in a root that is read-only.
        foreach (var path in mounts.Select(m => (string)m!["destination"]!))
        {
            Directory.CreateDirectory(Path.Combine(root, path.TrimStart('/').Replace("var/run/", "run/", StringComparison.Ordinal)));
        }
        Capabilities = [.. container["securityContext"]!["capabilities"]!["add"]?.AsArray().Select(c => $"CAP_{(string)c!}") ?? []];
        File.WriteAllText(Path.Combine(_directory, "config.json"), Specification(mounts, networkNamespace).ToJsonString());
    }

    public IReadOnlyList<string> Capabilities { get; }

    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    private string LogFile => Path.Combine(_directory, "log");

    public bool IsRunning => Runc("state", _id) is { ExitCode: 0 } state && (string?)JsonNode.Parse(state.Output)!["status"] is "running";

    /// <summary>Runs the container to its end.</summary>
    public int Run() => Shell($"runc --root {_directory}/state run -b {_directory} {_id} >{LogFile} 2>&1 </dev/null");

    /// <summary>Starts the container; it goes on by itself.</summary>
    public void Start() => Shell($"runc --root {_directory}/state run -d -b {_directory} {_id} >{LogFile} 2>&1 </dev/null").ShouldBe(0, Log);

    /// <summary>Runs one of the manifest's probes inside.</summary>
    public (int ExitCode, string Output) Probe(string name) =>
        Runc(["exec", _id, .. _container[name]!["exec"]!["command"]!.AsArray().Select(word => (string)word!)]);

    public void Dispose()
    {
        Runc("delete", "--force", _id);
        Directory.Delete(_directory, recursive: true);
    }

    private static string HostPath(JsonObject pod, string volume, string host, IReadOnlyDictionary<string, string> shared)
    {
        var path = (string)pod["volumes"]!.AsArray().Single(v => (string?)v!["name"] == volume)!["hostPath"]!["path"]!;
        return shared.GetValueOrDefault(path) ?? Directory.CreateDirectory(host + path).FullName;
    }

    private static JsonArray BaseMounts(string programs) =>
    [
        Mount("/proc", "proc", "nosuid", "noexec", "nodev"),
        Mount("/dev", "tmpfs", "nosuid", "strictatime", "mode=755", "size=65536k"),
        Mount("/sys", "sysfs", "nosuid", "noexec", "nodev", "ro"),
        Mount("/sys/fs/cgroup", "cgroup", "nosuid", "noexec", "nodev", "ro"),
        Bind("/usr", "/usr", readOnly: true, follows: false),
        Bind("/opt/straum", programs, readOnly: true, follows: false),
    ];

    private static JsonNode Mount(string path, string type, params string[] options) =>
        new JsonObject { ["destination"] = path, ["type"] = type, ["source"] = type, ["options"] = new JsonArray([.. options]) };

    private static JsonNode Bind(string path, string source, bool readOnly, bool follows)
    {
        var mount = Mount(path, "bind", "rbind", readOnly ? "ro" : "rw", follows ? "rslave" : "rprivate");
        mount["source"] = source;
        return mount;
    }

    private JsonObject Specification(JsonArray mounts, string networkNamespace) => new()
    {
        ["ociVersion"] = "1.0.2",
        ["process"] = new JsonObject
        {
            ["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0 },
            ["cwd"] = "/",
            ["args"] = new JsonArray(["/opt/straum/straum", .. _container["args"]!.AsArray().Select(a => (JsonNode)(string)a!)]),
            // NODE_NAME is the manifest's; the others kubelet sets for every container.
            ["env"] = new JsonArray("PATH=/opt/straum", "NODE_NAME=n1", "KUBERNETES_SERVICE_HOST=10.96.0.1", "KUBERNETES_SERVICE_PORT=443", "DOTNET_EnableDiagnostics=0"),
            ["noNewPrivileges"] = (bool?)_container["securityContext"]!["allowPrivilegeEscalation"] is false,
            ["capabilities"] = new JsonObject { ["bounding"] = Names(Capabilities), ["effective"] = Names(Capabilities), ["permitted"] = Names(Capabilities) },
        },
        ["root"] = new JsonObject { ["path"] = "rootfs", ["readonly"] = (bool?)_container["securityContext"]!["readOnlyRootFilesystem"] is true },
        ["mounts"] = mounts,
        ["linux"] = new JsonObject
        {
            ["namespaces"] = new JsonArray(
                new JsonObject { ["type"] = "pid" }, new JsonObject { ["type"] = "ipc" }, new JsonObject { ["type"] = "mount" },
                new JsonObject { ["type"] = "cgroup" }, new JsonObject { ["type"] = "network", ["path"] = networkNamespace }),
            ["readonlyPaths"] = Names(ReadOnlyPaths),
            ["seccomp"] = Seccomp(),
        },
    };

    /// <summary>RuntimeDefault: the profile that runtimes share, with the rules that these capabilities switch on.</summary>
    private JsonObject Seccomp()
    {
        var profile = JsonNode.Parse(File.ReadAllText(SeccompProfile))!;
        var rules = profile["syscalls"]!.AsArray().Where(rule =>
            Fits(rule!["includes"], "caps", present => present.All(Capabilities.Contains)) && Fits(rule["includes"], "arches", present => present.Contains("amd64"))
            && Fits(rule["excludes"], "caps", absent => !absent.Any(Capabilities.Contains)) && Fits(rule["excludes"], "arches", absent => !absent.Contains("amd64")));
        return new JsonObject
        {
            ["defaultAction"] = profile["defaultAction"]!.DeepClone(),
            ["architectures"] = new JsonArray("SCMP_ARCH_X86_64"),
            ["syscalls"] = new JsonArray([.. rules.Select(rule => new JsonObject(
                ((string[])["names", "action", "args", "errnoRet"]).Where(key => rule![key] is not null).Select(key => KeyValuePair.Create(key, (JsonNode?)rule![key]!.DeepClone()))))]),
        };
    }

    private static bool Fits(JsonNode? condition, string key, Predicate<string[]> holds) =>
        condition?[key] is not JsonArray { Count: > 0 } words || holds([.. words.Select(w => (string)w!)]);

    private static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(n => (JsonNode)n)]);

    private (int ExitCode, string Output) Runc(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("runc", ["--root", $"{_directory}/state", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + error.Result);
    }

    // A container that goes on keeps the output it was given, so that must be a file and no pipe of ours.
    private static int Shell(string command)
    {
        using var process = Process.Start("/bin/sh", ["-c", command]);
        process.WaitForExit();
        return process.ExitCode;
    }
}
