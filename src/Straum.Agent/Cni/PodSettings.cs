using Straum.Control.Tuning;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// Kernel settings that every new pod's network namespace gets (pods.tuning, pods.sysctls). They are tried out once, in a
/// namespace that is thrown away: what this kernel refuses there is left out and reported, and costs no pod its ADD.
/// </summary>
public sealed class PodSettings
{
    public static readonly PodSettings None = new([], []);

    private PodSettings(IReadOnlyList<PodSetting> accepted, IReadOnlyList<(PodSetting Setting, string Why)> refused) =>
        (Accepted, Refused) = (accepted, refused);

    /// <summary>What pods get, in the order of writing.</summary>
    public IReadOnlyList<PodSetting> Accepted { get; }

    /// <summary>What this kernel does not have, or does not take, and why.</summary>
    public IReadOnlyList<(PodSetting Setting, string Why)> Refused { get; }

    /// <summary>Finds out which settings this kernel takes in a namespace other than the host's.</summary>
    /// <exception cref="LinuxException">A namespace cannot be made.</exception>
    public static PodSettings Try(IReadOnlyList<PodSetting> settings)
    {
        if (settings.Count == 0)
        {
            return None;
        }
        using var space = NetworkNamespace.CreateUnnamed();
        var refused = new List<(PodSetting, string)>();
        space.Run(() =>
        {
            foreach (var setting in settings)
            {
                try
                {
                    Sysctl.Write(setting.Key, setting.Value);
                }
                catch (LinuxException e)
                {
                    refused.Add((setting, e.Message));
                }
            }
        });
        return new PodSettings([.. settings.Except(refused.Select(static r => r.Item1))], refused);
    }

    /// <summary>Writes them in the calling thread's namespace.</summary>
    /// <exception cref="LinuxException">The kernel refuses in this namespace what it took when it was tried.</exception>
    internal void Write()
    {
        foreach (var setting in Accepted)
        {
            Sysctl.Write(setting.Key, setting.Value);
        }
    }
}
