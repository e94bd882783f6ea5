using System.Diagnostics.CodeAnalysis;

namespace Straum.Agent.Cni;

/// <summary>Which Kubernetes pod an attachment is for, from CNI_ARGS. Empty where the runtime is not a Kubernetes one.</summary>
public sealed record PodIdentity(string Namespace, string Name, string Uid)
{
    public static readonly PodIdentity None = new("", "", "");

    /// <summary>
    /// Reads <c>KEY=value;KEY=value</c>. As in libcni, a key that is not known is refused unless IgnoreUnknown is true;
    /// every Kubernetes runtime sets it.
    /// </summary>
    public static bool TryParse(string arguments, [NotNullWhen(true)] out PodIdentity? identity, [NotNullWhen(false)] out CniError? error)
    {
        identity = None;
        error = null;
        var ignoreUnknown = false;
        var unknown = new List<string>();
        foreach (var pair in arguments.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var separator = pair.IndexOf('=');
            if (separator <= 0)
            {
                identity = null;
                error = new CniError(CniErrorCode.InvalidEnvironment, "CNI_ARGS is not a list of KEY=value", pair);
                return false;
            }
            var (key, value) = (pair[..separator], pair[(separator + 1)..]);
            switch (key)
            {
                case "IgnoreUnknown": ignoreUnknown = value is "1" or "true" or "True" or "TRUE" or "t" or "T"; break;
                case "K8S_POD_NAMESPACE": identity = identity with { Namespace = value }; break;
                case "K8S_POD_NAME": identity = identity with { Name = value }; break;
                case "K8S_POD_UID": identity = identity with { Uid = value }; break;
                case "K8S_POD_INFRA_CONTAINER_ID": break;
                default: unknown.Add(key); break;
            }
        }
        if (unknown.Count > 0 && !ignoreUnknown)
        {
            identity = null;
            error = new CniError(CniErrorCode.InvalidEnvironment, "CNI_ARGS has unknown keys, and IgnoreUnknown is not set", string.Join(", ", unknown));
            return false;
        }
        return true;
    }

    public override string ToString() => Name.Length == 0 ? "no pod" : $"{Namespace}/{Name}";
}
