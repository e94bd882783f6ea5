using System.Text.Json;
using Straum.Linux;

namespace Straum.Agent.Cni;

/// <summary>
/// The network configuration list that makes the runtime use Straum. Written when the agent can serve, and never removed by
/// it: without the file the runtime cannot even delete pods.
/// </summary>
public static class CniConfigFile
{
    /// <summary>Runtimes take the first file by name.</summary>
    public const string FileName = "05-straum.conflist";

    /// <summary>The plugin's file name in the runtime's CNI binary directory.</summary>
    public const string PluginType = "straum-cni";

    /// <summary>What the plugin does something with; a runtime passes nothing that is not declared here.</summary>
    private static readonly string[] Capabilities = ["portMappings", "dns", "mac", "cgroupPath"];

    /// <summary>
    /// Puts the file into <paramref name="directory"/> in one step, unless it is there with the same content.
    /// </summary>
    /// <param name="directory">The runtime's, usually /etc/cni/net.d.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="socketPath">The agent's, as seen by the runtime.</param>
    /// <param name="journalDirectory">Where straum-cni leaves deletions, as seen by the runtime.</param>
    /// <returns>Whether it was written.</returns>
    public static bool Write(string directory, string network, string socketPath, string journalDirectory) =>
        DurableFile.Write(Path.Combine(directory, FileName), Content(network, socketPath, journalDirectory));

    /// <summary>
    /// A runtime that knows "cniVersions" (libcni 1.2) takes the highest that it speaks; an older one takes "cniVersion" and
    /// fails on a version it does not know, so that is the oldest with CHECK.
    /// </summary>
    private static byte[] Content(string network, string socketPath, string journalDirectory)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("cniVersion", CniVersion.V040.ToString());
            json.WriteStartArray("cniVersions");
            foreach (var version in CniVersion.Supported)
            {
                json.WriteStringValue(version.ToString());
            }
            json.WriteEndArray();
            json.WriteString("name", network);
            json.WriteStartArray("plugins");
            json.WriteStartObject();
            json.WriteString("type", PluginType);
            json.WriteString("socket", socketPath);
            json.WriteString("journalDir", journalDirectory);
            json.WriteStartObject("capabilities");
            foreach (var capability in Capabilities)
            {
                json.WriteBoolean(capability, true);
            }
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
