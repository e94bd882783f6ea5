using System.Text.Json.Nodes;

namespace Straum.Lab.Cni;

/// <summary>A CNI plugin that is a shell script: writes down how it was called, and answers what the test wants.</summary>
internal sealed class FakePlugin : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-cni-").FullName;

    public FakePlugin(params string[] names)
    {
        foreach (var name in names)
        {
            Answer(name, """{"cniVersion":"1.1.0","ips":[{"address":"10.0.0.5/24"},{"address":"fd00::5/64"}]}""");
        }
    }

    /// <summary>CNI_PATH.</summary>
    public string Path => _directory;

    /// <summary>What the plugins were called with, in order: the environment, and the request under "stdin".</summary>
    public IReadOnlyList<JsonObject> Calls =>
        [.. Directory.EnumerateFiles(_directory, "call-*").Order(StringComparer.Ordinal).Select(f => JsonNode.Parse(File.ReadAllText(f))!.AsObject())];

    /// <summary>Lets a plugin print this and end with that code.</summary>
    public void Answer(string name, string stdout, int exitCode = 0)
    {
        var script = System.IO.Path.Combine(_directory, name);
        File.WriteAllText(script, $$"""
            #!/bin/sh
            n=$(ls "{{_directory}}" | grep -c '^call-')
            printf '{"plugin":"%s","command":"%s","container":"%s","netns":"%s","ifname":"%s","args":"%s","stdin":%s}' \
              "$(basename "$0")" "$CNI_COMMAND" "$CNI_CONTAINERID" "$CNI_NETNS" "$CNI_IFNAME" "$CNI_ARGS" "$(cat)" > "{{_directory}}/call-0$n"
            cat <<'END'
            {{stdout}}
            END
            exit {{exitCode}}
            """);
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public CniRuntime Runtime() => new(_directory, new PluginProcess(networkNamespace: null).RunAsync);

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
