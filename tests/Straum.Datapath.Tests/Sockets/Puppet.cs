using System.Net;
using Straum.Linux;

namespace Straum.Datapath.Tests.Sockets;

/// <summary>A <see cref="PuppetProgram"/> in a namespace and a control group, and the strings to pull.</summary>
public sealed class Puppet : IDisposable
{
    private readonly NamespacedProcess _process;
    private int _last;

    private Puppet(NamespacedProcess process) => _process = process;

    public static Puppet Start(NetworkNamespace within, ControlGroup group) => new(NamespacedProcess.Start(within, new ProcessSpec
    {
        FileName = Environment.ProcessPath!,
        Arguments = [PuppetProgram.Argument],
        ControlGroup = group,
    }));

    /// <summary>A new socket; of family 6 it takes v4-mapped addresses too.</summary>
    public PuppetSocket Open(string protocol, bool v4)
    {
        var name = $"s{Interlocked.Increment(ref _last)}";
        Call($"open {name} {protocol} {(v4 ? 4 : 6)}");
        return new PuppetSocket(this, name);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(5)))
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    internal string Call(string line)
    {
        _process.StandardInput.WriteLine(line);
        _process.StandardInput.Flush();
        var answer = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"the puppet died at '{line}': {_process.StandardError.ReadToEnd()}");
        return answer.StartsWith("ok ", StringComparison.Ordinal)
            ? answer[3..]
            : throw new PuppetException(line, (Errno)int.Parse(answer["error ".Length..]));
    }
}

/// <summary>A socket of a puppet.</summary>
public sealed class PuppetSocket(Puppet puppet, string name) : IDisposable
{
    /// <summary>getpeername.</summary>
    public IPEndPoint Peer => IPEndPoint.Parse(puppet.Call($"peer {name}"));

    public void Connect(IPEndPoint to) => puppet.Call($"connect {name} {to}");

    public void Send(string text) => puppet.Call($"send {name} {text}");

    public void SendTo(IPEndPoint to, string text) => puppet.Call($"sendto {name} {to} {text}");

    public string Receive() => puppet.Call($"receive {name}");

    public (IPEndPoint From, string Text) ReceiveFrom()
    {
        var answer = puppet.Call($"receivefrom {name}").Split(' ');
        return (IPEndPoint.Parse(answer[0]), answer[1]);
    }

    public void Dispose() => puppet.Call($"close {name}");
}

/// <summary>A call of a puppet failed.</summary>
public sealed class PuppetException(string call, Errno errno) : Exception($"{call}: {errno}")
{
    public Errno Errno { get; } = errno;
}
