using Straum.Linux;

namespace Straum.Bench.Bed;

/// <summary>A namespace with its own network, and the control group of what runs in it: a node, a pod, the router.</summary>
internal sealed class Machine : IDisposable
{
    private Machine(string name, NetworkNamespace ns, ControlGroup group) => (Name, Namespace, Group) = (name, ns, group);

    public string Name { get; }

    public NetworkNamespace Namespace { get; }

    public ControlGroup Group { get; }

    /// <summary>The name that <c>ip link … netns</c> takes.</summary>
    public string NamespaceName => BedNames.Namespace(Name);

    /// <param name="name">Unique in the bed.</param>
    /// <param name="group">Below <see cref="BedNames.ControlGroup"/>; pods are below their node's.</param>
    public static Machine Create(string name, string group)
    {
        var ns = NetworkNamespace.Create(BedNames.Namespace(name));
        var machine = new Machine(name, ns, ControlGroup.Create($"{BedNames.ControlGroup}/{group}"));
        machine.Ip("link set lo up");
        return machine;
    }

    /// <summary>Lines of <c>ip -batch</c>; what it refuses is an exception.</summary>
    public void Ip(string lines) => Feed("ip", ["-batch", "-"], lines);

    /// <summary>Runs a tool in this network with the given input.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="BenchException">Its exit code is not 0.</exception>
    public string Feed(string tool, IReadOnlyList<string> arguments, string input)
    {
        using var process = NamespacedProcess.Start(Namespace, new ProcessSpec { FileName = tool, Arguments = arguments });
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading everything; its exit code says why.
        }
        process.WaitForExitAsync().GetAwaiter().GetResult();
        return process.ExitCode == 0
            ? output.GetAwaiter().GetResult()
            : throw new BenchException($"{Name}: {tool} {string.Join(' ', arguments)}: {error.GetAwaiter().GetResult().Trim()}");
    }

    public void Sysctl(string name, int value) => Namespace.Run(() => Straum.Linux.Sysctl.Write(name, value));

    public void Dispose() => Namespace.Dispose();
}
