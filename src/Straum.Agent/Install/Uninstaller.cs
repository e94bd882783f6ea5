using Straum.Agent.Cni;
using Straum.Agent.Configuration;
using Straum.Agent.Daemon;
using Straum.Datapath.Programs;
using Straum.Linux;
using Straum.Linux.Netlink;

namespace Straum.Agent.Install;

/// <summary>
/// Leaves the host as Straum found it. Agents that end, for whatever reason, leave everything in place; this is for the day
/// when none is to come back. Pods that still run lose their network.
/// </summary>
public static class Uninstaller
{
    /// <summary>
    /// Removes everything, and what is gone already is fine.
    /// <list type="number">
    /// <item>No agent may run: it would put all of it back.</item>
    /// <item>The runtime stops asking: network configuration, then the plugin.</item>
    /// <item>Programs, tables, routes to other nodes, the overlay device.</item>
    /// <item>Pods' devices, and their routes with them.</item>
    /// <item>Kernel settings that are still as the agent left them.</item>
    /// <item>State: which pod had which address is of no use to anybody now.</item>
    /// </list>
    /// </summary>
    /// <param name="options">As the agent had them.</param>
    /// <param name="pluginDirectory">Where straum-cni was installed.</param>
    /// <param name="removed">Called for each thing that was removed, in one line.</param>
    /// <exception cref="IOException">An agent runs, or a file cannot be removed.</exception>
    /// <exception cref="LinuxException">The kernel refused a step. What is left is removed by running this again.</exception>
    public static void Run(AgentOptions options, string pluginDirectory, Action<string> removed)
    {
        // :: Step 1: alone
        var held = Directory.Exists(options.Paths.Run) ? AgentLock.Take(options.Paths.Run) : null;
        using (held)
        {
            // :: Step 2: the runtime
            RemoveFile(Path.Combine(options.Cni.ConfDir, CniConfigFile.FileName), removed);
            RemoveFile(Path.Combine(pluginDirectory, CniConfigFile.PluginType), removed);

            // :: Step 3: the datapath
            using var netlink = RtNetlink.Open();
            foreach (var line in DatapathRemover.Remove(options.Paths.Bpf, netlink))
            {
                removed(line);
            }

            // :: Step 4: pods
            foreach (var link in netlink.Links.List().Where(l => l.Kind == "veth" && l.Name.StartsWith(PodLink.HostNamePrefix, StringComparison.Ordinal)))
            {
                if (netlink.Links.Delete(link.Index))
                {
                    removed($"device {link.Name}");
                }
            }
            foreach (var route in netlink.Routes.List(protocol: (RouteProtocol)PodLink.RouteProtocol))
            {
                if (netlink.Routes.Delete(route))
                {
                    removed($"route {route.Destination}");
                }
            }

            // :: Step 5: settings
            if (Directory.Exists(options.Paths.State))
            {
                foreach (var line in SettingsRecord.In(options.Paths.State).Revert())
                {
                    removed(line);
                }
            }

            // :: Step 6: state
            RemoveFile(Path.Combine(options.Paths.State, PodRegistry.JournalName), removed);
            RemoveTree(Path.Combine(options.Paths.State, "cni"), removed);
            RemoveEmpty(options.Paths.State, removed);
            RemoveFile(Path.Combine(options.Paths.Run, "agent.sock"), removed);
        }
        if (held is not null)
        {
            RemoveFile(Path.Combine(options.Paths.Run, AgentLock.FileName), removed);
        }
        RemoveEmpty(options.Paths.Run, removed);
    }

    private static void RemoveFile(string path, Action<string> removed)
    {
        var wasThere = File.Exists(path);
        // Also when it was not: a write of it that was killed may have left something.
        DurableFile.Remove(path);
        if (wasThere)
        {
            removed($"file {path}");
        }
    }

    private static void RemoveTree(string path, Action<string> removed)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
            removed($"directory {path}");
        }
    }

    // Whatever else somebody put there is not ours to remove.
    private static void RemoveEmpty(string path, Action<string> removed)
    {
        if (Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
        {
            Directory.Delete(path);
            removed($"directory {path}");
        }
    }
}
