using System.Text.Json.Nodes;
using Straum.Bench.Api;
using Straum.Bench.Bed;
using Straum.Bench.Meters;
using Straum.Bench.Report;
using Straum.Bench.Statistics;
using Straum.Linux;

namespace Straum.Bench.Figures;

/// <summary>
/// CNI ADD, from the start of the plugin to its end, alone and a hundred at the same instant, in both families; beside the
/// reference plugins ptp and host-local, where they are installed (Debian: containernetworking-plugins).
/// </summary>
internal sealed class CniFigure : IFigure
{
    private const int Pods = 100;
    private const double Target = 20;
    private const string PodNamespace = "cni";
    private const string ReferencePlugins = "/usr/lib/cni";

    // A hundred addresses a round out of 254: none can rest.
    private const string Config = """
        ipam:
          quarantine: 0s
        """;

    /// <summary>A plugin and what it reads.</summary>
    private sealed record Plugin(Machine Node, string Path, string ConfigFile);

    public string Name => "cni";

    public string Title => "Setting up a pod: CNI ADD";

    public int Rounds => 7;

    public bool InRealTime => false;

    public async Task<IReadOnlyList<FigureRow>> MeasureAsync(int rounds, Action<string> progress, CancellationToken stop)
    {
        using var fabric = Fabric.Create(stop);
        await using var api = await FakeApi.StartAsync(fabric, 8001);
        api.Put(ClusterObjects.Node("s1", 1));
        var node = new StraumNode(fabric, "s1", 1, api, extraConfig: Config);
        await node.StartAgentAsync();
        for (var i = 0; i < Pods; i++)
        {
            NetworkNamespace.Create(BedNames.Namespace($"{PodNamespace}{i}")).Dispose();
        }

        var ours = new Plugin(node.Machine, Programs.Cni, WriteConfig("straum", PluginOf(node.Cni)));
        Plugin? theirs = File.Exists($"{ReferencePlugins}/ptp")
            ? new Plugin(fabric.AddNode("p1", 101), $"{ReferencePlugins}/ptp", WriteConfig("ptp", PtpConfig()))
            : null;

        var rows = new List<FigureRow>();
        foreach (var (together, what) in new[] { (false, "alone"), (true, $"{Pods} at once") })
        {
            progress(what);
            var (mine, others) = (new List<Slice>(), new List<Slice>());
            for (var round = 0; round < rounds; round++)
            {
                mine.Add(AddAndRemove(ours, together));
                if (theirs is not null)
                {
                    others.Add(AddAndRemove(theirs, together));
                }
            }
            rows.Add(Row($"CNI ADD {what}, ms p50", mine, others, static s => s.P50, null));
            rows.Add(Row($"CNI ADD {what}, ms p99", mine, others, static s => s.P99, Target));
        }
        return rows;
    }

    private static FigureRow Row(string figure, List<Slice> ours, List<Slice> theirs, Func<Slice, double> field, double? target)
    {
        double[] values = [.. ours.Select(s => field(s) / 1000)];
        return theirs.Count == 0
            ? Rows.Limit(figure, Quantile.Median(values), target)
            : Rows.Limit(figure, Comparison.Of(values, [.. theirs.Select(s => field(s) / 1000)]), "ptp + host-local, IPv4 only", target);
    }

    private static Slice AddAndRemove(Plugin plugin, bool together)
    {
        var added = Call(plugin, "ADD", together);
        Call(plugin, "DEL", together: false);
        return added;
    }

    private static Slice Call(Plugin plugin, string command, bool together)
    {
        using var process = plugin.Node.Start(new ProcessSpec
        {
            FileName = Programs.Meter,
            Arguments = ["burst", together ? "together" : "alone", $"{Pods}", plugin.Path, plugin.ConfigFile, "bench-", Path.Combine(NetworkNamespace.Directory, BedNames.Namespace(PodNamespace))],
            Environment = new Dictionary<string, string?>
            {
                ["CNI_COMMAND"] = command,
                ["CNI_IFNAME"] = "eth0",
                ["CNI_PATH"] = Path.GetDirectoryName(plugin.Path),
                ["CNI_ARGS"] = "IgnoreUnknown=1;K8S_POD_NAMESPACE=bench;K8S_POD_NAME=pod;K8S_POD_UID=0",
            },
        });
        var error = process.StandardError.ReadToEndAsync();
        var line = process.StandardOutput.ReadLine();
        process.WaitForExitAsync().GetAwaiter().GetResult();
        if (process.ExitCode != 0 || line is null)
        {
            throw new BenchException($"{Path.GetFileName(plugin.Path)} {command}: {error.GetAwaiter().GetResult().Trim()}");
        }
        return Slice.Of(MeterProcess.Numbers(line));
    }

    // What a runtime makes of the agent's configuration list: the plugin's part, with the list's name and version.
    private static JsonObject PluginOf(string directory)
    {
        var list = JsonNode.Parse(File.ReadAllText(Directory.EnumerateFiles(directory, "*.conflist").First()))!;
        var plugin = list["plugins"]![0]!.DeepClone().AsObject();
        plugin["name"] = list["name"]!.DeepClone();
        plugin["cniVersion"] = "1.0.0";
        return plugin;
    }

    // IPv4 alone: with IPv6 these plugins wait a second or two for duplicate address detection.
    private static JsonObject PtpConfig() => new()
    {
        ["cniVersion"] = "1.0.0",
        ["name"] = "bench",
        ["type"] = "ptp",
        ["ipam"] = new JsonObject
        {
            ["type"] = "host-local",
            ["dataDir"] = Path.Combine(BedNames.Root, "host-local"),
            ["ranges"] = new JsonArray(new JsonArray(new JsonObject { ["subnet"] = NodeAddresses.PodsV4(101) })),
            ["routes"] = new JsonArray(new JsonObject { ["dst"] = "0.0.0.0/0" }),
        },
    };

    private static string WriteConfig(string name, JsonObject config)
    {
        var path = Path.Combine(BedNames.Root, $"{name}.json");
        File.WriteAllText(path, config.ToJsonString());
        return path;
    }
}
