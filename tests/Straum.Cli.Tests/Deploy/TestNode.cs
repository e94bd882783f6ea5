using System.Net;
using Straum.Linux;
using Straum.Testing;

namespace Straum.Cli.Tests.Deploy;

/// <summary>A node to install on: a network namespace with an uplink, pins and a control group of its own, and a directory.</summary>
internal sealed class TestNode : IDisposable
{
    private static int _last;

    private readonly TestNamespace _namespace = new();
    private readonly TestPins _pins = new();
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("straum-t-");

    public TestNode()
    {
        Sockets = ControlGroup.Create($"straum-t-{Environment.ProcessId}-{Interlocked.Increment(ref _last)}");
        _namespace.Net.Links.CreateVeth("eth0", "wire", _namespace);
        foreach (var device in (string[])["eth0", "wire"])
        {
            _namespace.Net.Links.SetUp(_namespace.Net.Links.Get(device).Index);
        }
        var uplink = _namespace.Net.Links.Get("eth0").Index;
        _namespace.Net.Addresses.Add(uplink, V4, 24);
        _namespace.Net.Addresses.Add(uplink, V6, 64, noDad: true);
    }

    public static IPAddress V4 { get; } = IPAddress.Parse("172.31.0.11");

    public static IPAddress V6 { get; } = IPAddress.Parse("fd31::11");

    public string Name => _namespace.Name;

    public NetworkNamespace Namespace => _namespace.Namespace;

    public ControlGroup Sockets { get; }

    public string Pins => _pins.Directory;

    public string Folder(string name) => _directory.CreateSubdirectory(name).FullName;

    public void Dispose()
    {
        Sockets.Delete();
        _pins.Dispose();
        _namespace.Dispose();
        _directory.Delete(recursive: true);
    }
}
