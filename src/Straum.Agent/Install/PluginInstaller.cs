using Straum.Agent.Cni;
using Straum.Linux;

namespace Straum.Agent.Install;

/// <summary>Puts straum-cni where the container runtime looks for plugins.</summary>
public static class PluginInstaller
{
    private const UnixFileMode Executable = DurableFile.Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>
    /// In one step: calls in flight end with the program they began with, and the next one runs the new program. Agents answer the
    /// plugin of any other version, so it does not matter which of the two is replaced first.
    /// </summary>
    /// <param name="programs">Where this build's straum-cni lies.</param>
    /// <param name="directory">The runtime's, usually /opt/cni/bin; made if absent.</param>
    /// <returns>Whether it was not there already.</returns>
    /// <exception cref="IOException">There is no straum-cni to install, or the directory cannot be written.</exception>
    public static bool Install(string programs, string directory) =>
        DurableFile.Write(Path.Combine(directory, CniConfigFile.PluginType), File.ReadAllBytes(Path.Combine(programs, CniConfigFile.PluginType)), Executable);
}
