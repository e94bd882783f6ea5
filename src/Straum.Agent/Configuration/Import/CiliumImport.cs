using Straum.Agent.Configuration.Yaml;

namespace Straum.Agent.Configuration.Import;

/// <summary>
/// Values of the Cilium Helm chart, from 1.11 on: a values file, or <c>--set</c> arguments as Helm takes them. Where the
/// file is silent and Cilium's default is another than Straum's, Cilium's is written out: the cluster keeps what it had.
/// </summary>
internal sealed class CiliumImport : IImportFormat
{
    private static readonly KeyTable Keys = CiliumKeys.Create();

    /// <summary>What its masquerading agent leaves alone when it is given no list: cilium/cilium pkg/ipmasq/ipmasq.go, defaultNonMasqCIDRs.</summary>
    private static readonly string[] ReservedNetworks =
    [
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
    ];

    public string Name => "cilium";

    public string Description => "values of the Cilium Helm chart";

    public bool Recognises(ImportSource source)
    {
        try
        {
            // The two have groups of one name, and importing one's own straum.yaml is a slip.
            return ConfigText.Parse(source.Text) is ConfigGroup root && root.Find("kind") is null
                && root.Entries.Any(static e => Keys.Knows(e.Key.Text))
                && !ConfigReader.Read(source.File, source.Text, ConfigEnvironment.OfProcess).IsRight;
        }
        catch (ConfigSyntaxException)
        {
            return false;
        }
    }

    public void Read(ImportSource source, ImportDraft draft)
    {
        ConfigNode? root;
        try
        {
            root = ConfigText.Parse(source.Text);
        }
        catch (ConfigSyntaxException e)
        {
            throw new ImportException(source.File, e.Line, e.Message);
        }
        if (root is not ConfigGroup values)
        {
            throw new ImportException(source.File, root?.Line ?? 0, "no keys in it");
        }
        Keys.Read(values, source, draft, static (line, column) => (line, column));
        AddDefaults(values, source, draft);
    }

    private static void AddDefaults(ConfigGroup values, ImportSource source, ImportDraft draft)
    {
        if (!draft.Has("routing.mode"))
        {
            Add("routingMode", "tunnel", ImportAnswer.As("routing.mode", "vxlan", "Cilium's default, written out: Straum's is native"));
        }
        if (draft.Options.Routing.Mode == RoutingMode.Native && values.Find("autoDirectNodeRoutes") is null)
        {
            Add("autoDirectNodeRoutes", "false", ImportAnswer.As("routing.directNodeRoutes", "false", "Cilium's default, written out: Straum's is true"));
        }
        if ((values.Find("ipv6") as ConfigGroup)?.Find("enabled") is null)
        {
            Add("ipv6.enabled", "false", ImportAnswer.As("ipv6.enabled", "false", "Cilium's default, written out: Straum's is true"));
        }
        if (values.Find("ipMasqAgent") is ConfigGroup agent && agent.Find("enabled") is { } enabled && !new ImportValue("", enabled, 0).IsOff)
        {
            var config = agent.Find("config") as ConfigGroup;
            if (config is not { Entries.Count: > 0 })
            {
                Add("ipMasqAgent.config.nonMasqueradeCIDRs", string.Join(',', ReservedNetworks), CiliumKeys.NonMasquerade(ReservedNetworks, "Cilium's default, written out"));
            }
            if (config?.Find("masqLinkLocal") is null)
            {
                Add("ipMasqAgent.config.masqLinkLocal", "false", CiliumKeys.NonMasqueradeLinkLocal);
            }
        }

        void Add(string key, string value, ImportAnswer answer) =>
            draft.Add(source, new ImportValue(key, new ConfigScalar(value, IsPlain: true, 0, 0), 0), answer);
    }
}
