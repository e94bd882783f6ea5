using Straum.Linux;

namespace Straum.Bench.Bed;

/// <summary>A namespace with its own network, and the control group of what runs in it: a node, a pod, the router.</summary>
internal sealed class Machine : IDisposable
{
    private readonly CancellationToken _stop;

    private Machine(string name, NetworkNamespace ns, ControlGroup group, CancellationToken stop) =>
        (Name, Namespace, Group, _stop) = (name, ns, group, stop);

    public string Name { get; }

    public NetworkNamespace Namespace { get; }

    public ControlGroup Group { get; }

    /// <summary>The name that <c>ip link … netns</c> takes.</summary>
    public string NamespaceName => BedNames.Namespace(Name);

    /// <param name="name">Unique in the bed.</param>
    /// <param name="group">Below <see cref="BedNames.ControlGroup"/>; pods are below their node's.</param>
    /// <param name="stop">Nothing is started after it.</param>
    public static Machine Create(string name, string group, CancellationToken stop)
    {
        var ns = NetworkNamespace.Create(BedNames.Namespace(name));
        var machine = new Machine(name, ns, ControlGroup.Create($"{BedNames.ControlGroup}/{group}"), stop);
        machine.Ip("link set lo up");
        return machine;
    }

    /// <summary>
    /// Starts a program in this network, in a session of its own, where Ctrl-C at the terminal does not reach it, and in this
    /// machine's control group unless the spec names another of the bed.
    /// </summary>
    /// <exception cref="OperationCanceledException">The benchmark is being stopped.</exception>
    public NamespacedProcess Start(ProcessSpec spec)
    {
        _stop.ThrowIfCancellationRequested();
        var process = NamespacedProcess.Start(Namespace, spec with { ControlGroup = spec.ControlGroup ?? Group, NewSession = true });
        if (_stop.IsCancellationRequested)
        {
            // Who ended the bed's processes may have come before this one was among them.
            process.Kill();
        }
        return process;
    }

    /// <summary>Lines of <c>ip -batch</c>; what it refuses is an exception.</summary>
    public void Ip(string lines) => Feed("ip", ["-batch", "-"], lines);

    /// <summary>Runs a tool in this network with the given input.</summary>
    /// <returns>What it printed.</returns>
    /// <exception cref="BenchException">Its exit code is not 0.</exception>
    public string Feed(string tool, IReadOnlyList<string> arguments, string input)
    {
        using var process = Start(new ProcessSpec { FileName = tool, Arguments = arguments });
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
