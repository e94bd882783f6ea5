using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Import;

/// <summary>
/// Values of the Cilium Helm chart, from 1.11 on: a values file, or <c>--set</c> arguments as Helm takes them. Where all
/// files are silent and Cilium's default is another than Straum's, Cilium's is written out: the cluster keeps what it had,
/// and the report names what it loses.
/// </summary>
internal sealed class CiliumImport : IImportFormat
{
    private const string WrittenOut = "Cilium's default, written out";

    private static readonly KeyTable Keys = CiliumKeys.Create();

    /// <summary>What its masquerading agent leaves alone when it is given no list: cilium/cilium pkg/ipmasq/ipmasq.go, defaultNonMasqCIDRs.</summary>
    private static readonly string[] ReservedNetworks =
    [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
    ];

    public string Name => "cilium";

    public string Description => "values of the Cilium Helm chart";

    public ImportDoubt? Doubt(ImportSource source)
    {
        ConfigNode? parsed;
        try
        {
            parsed = HelmValues.Parse(source.Text);
        }
        catch (ConfigSyntaxException e)
        {
            return new ImportDoubt(e.Line, Templates.Explain(source.Text, e), IsMeant: HelmValues.HasTitle(source.Text) || HasNameOfYaml(source.File) || HasLineOfOurs(source.Text));
        }
        return HelmValues.HasTitle(source.Text) && parsed is ConfigGroup ? null
            : parsed is not ConfigGroup { Entries: [var (first, _), ..] } root ? new ImportDoubt(0, "no keys in it")
            // The two have groups of one name, and importing one's own straum.yaml is a slip.
            : ConfigReader.Read(source.File, source.Text, ConfigEnvironment.OfProcess).IsRight
                ? new ImportDoubt(0, $"it reads as a straum.yaml, which needs no import; --from {Name} takes it for Cilium's values", IsMeant: true)
            : root.Find("kind") is ConfigScalar kind ? new ImportDoubt(0, $"it is a {kind.Text}")
            : !root.Entries.Any(static e => Keys.Knows(e.Key.Text)) ? new ImportDoubt(first.Line, $"the chart has no key {first.Text}, nor the others of the file")
            : null;
    }

    public void Read(ImportSource source, IReadOnlyList<ImportSource> all, ImportDraft draft)
    {
        var values = new CiliumValues([.. all.Select(Parse)]);
        var root = Parse(source);
        // The chart writes extraConfig last, over its own keys; here the first of two wins.
        var inOrder = root with { Entries = [.. root.Entries.OrderBy(static e => e.Key.Text is not CiliumAgentOptions.Group)] };
        Keys.Read(inOrder, source, draft, static (line, column) => (line, column), values.Find);
        if (ReferenceEquals(source, all[^1]))
        {
            AddDefaults(values, source, draft);
        }
    }

    private static ConfigGroup Parse(ImportSource source)
    {
        try
        {
            var root = HelmValues.Parse(source.Text);
            return root as ConfigGroup ?? throw new ImportException(source.File, root!.Line, "no keys in it");
        }
        catch (ConfigSyntaxException e)
        {
            throw new ImportException(source.File, e.Line, Templates.Explain(source.Text, e));
        }
    }

    private static bool HasNameOfYaml(string file) => Path.GetExtension(file).ToLowerInvariant() is ".yaml" or ".yml";

    private static bool HasLineOfOurs(string text) => text.Split('\n').Any(static line => line.IndexOf(':') is > 0 and var colon && Keys.Knows(line[..colon]));

    // Of the chart 1.18; those of 1.11 on differ where a comment says so.
    private static void AddDefaults(CiliumValues values, ImportSource source, ImportDraft draft)
    {
        var onCloud = values.IsOn("eni.enabled", otherwise: false);
        if (!draft.Has("routing.mode"))
        {
            var native = onCloud || values.IsOn("gke.enabled", otherwise: false);
            Add("routingMode", native ? "native" : "tunnel",
                native ? ImportAnswer.As("routing.mode", WrittenOut) : ImportAnswer.As("routing.mode", "vxlan", $"{WrittenOut}: Straum's is native"));
        }
        if (draft.Options.Routing.Mode == RoutingMode.Native && !draft.Has("routing.directNodeRoutes"))
        {
            Add("autoDirectNodeRoutes", "false", ImportAnswer.As("routing.directNodeRoutes", "false", $"{WrittenOut}: Straum's is true"));
        }
        if (!draft.Has("ipv6.enabled"))
        {
            Add("ipv6.enabled", "false", ImportAnswer.As("ipv6.enabled", "false", $"{WrittenOut}: Straum's is true"));
        }
        if (values.IsOn("ipMasqAgent.enabled", otherwise: false))
        {
            if (values.Find("ipMasqAgent.config") is not ConfigGroup { Entries.Count: > 0 })
            {
                Add("ipMasqAgent.config.nonMasqueradeCIDRs", string.Join(',', ReservedNetworks), CiliumKeys.NonMasquerade(ReservedNetworks, WrittenOut));
            }
            if (values.Find("ipMasqAgent.config.masqLinkLocal") is null)
            {
                Add("ipMasqAgent.config.masqLinkLocal", "false", CiliumKeys.NonMasqueradeLinkLocal);
            }
        }
        AddSilent("kubeProxyReplacement", "false"); // 1.11 took over what it could ("probe"); whoever relies on it writes it
        AddSilent("ipam.mode", onCloud ? "eni" : "cluster-pool");
        AddSilent("policyEnforcementMode", "default");
        AddSilent("l7Proxy", "true");
        AddSilent("hubble.enabled", "true");
        AddSilent("healthChecking", "true");
        AddSilent("cni.exclusive", "true");
        AddSilent("loadBalancer.serviceTopology", "false");
        if (CiliumKeys.ReplacesKubeProxy(values.Find))
        {
            // kubeProxyReplacement switches them on, whatever the chart's own defaults.
            AddSilent("nodePort.enabled", "true");
            AddSilent("externalIPs.enabled", "true");
            AddSilent("hostPort.enabled", "true");
            AddSilent("sessionAffinity", "true");
        }

        void AddSilent(string key, string value)
        {
            if (values.Find(key) is null)
            {
                var answer = Keys.Answer(Written(key, value) with { Find = values.Find });
                Add(key, value, answer with { Why = $"{WrittenOut}: {answer.Why}" });
            }
        }

        void Add(string key, string value, ImportAnswer answer) => draft.Add(source, Written(key, value), answer);
    }

    private static ImportValue Written(string key, string value) => new(key, new ConfigScalar(value, IsPlain: true, 0, 0), 0);
}
