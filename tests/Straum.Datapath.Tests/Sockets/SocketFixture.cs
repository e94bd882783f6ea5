using System.Net;
using Straum.Datapath.Tests.Packets;
using Straum.Linux;
using Straum.Linux.Bpf;
using Straum.Linux.Netlink;

namespace Straum.Datapath.Tests.Sockets;

/// <summary>The socket programs on a control group with a process in it, one outside, and three backends of each family.</summary>
public sealed class SocketFixture : DatapathFixture
{
    private const string Prefix = "straum-t-";
    private readonly ControlGroup _group;
    private readonly List<AnsweringServer> _servers = [];
    private readonly List<BpfLink> _links = [];

    public SocketFixture()
    {
        RemoveLeftovers();
        _group = ControlGroup.Create($"{Prefix}{Environment.ProcessId}-sockets");
        using var net = RtNetlink.Open(Namespace);
        var loopback = net.Links.Get("lo").Index;
        foreach (var backend in Backends4.Concat(Backends6))
        {
            net.Addresses.Add(loopback, backend.Address, backend.Address.GetAddressBytes().Length * 8, noDad: true);
            _servers.Add(AnsweringServer.Start(Namespace, backend));
        }
        var attached = ControlGroup.Create(_group.Path + "/attached");
        foreach (var (_, hook, program) in Datapath.Programs.Sockets)
        {
            _links.Add(BpfLink.AttachCgroup(program, attached, hook));
        }
        // Below it: what is attached applies to the groups in a group too.
        Inside = Puppet.Start(Namespace, ControlGroup.Create(attached.Path + "/pod"));
        Outside = Puppet.Start(Namespace, ControlGroup.Create(_group.Path + "/other"));
    }

    public static IReadOnlyList<IPEndPoint> Backends4 { get; } = [.. Enumerable.Range(1, 3).Select(i => IPEndPoint.Parse($"10.244.7.{i}:8080"))];

    public static IReadOnlyList<IPEndPoint> Backends6 { get; } = [.. Enumerable.Range(1, 3).Select(i => IPEndPoint.Parse($"[fd44:0:0:7::{i}]:8080"))];

    public Puppet Inside { get; }

    public Puppet Outside { get; }

    public override void Dispose()
    {
        Inside.Dispose();
        Outside.Dispose();
        _links.ForEach(link => link.Dispose());
        _servers.ForEach(server => server.Dispose());
        _group.Delete();
        base.Dispose();
    }

    /// <summary>What earlier, killed runs left behind. The name carries the process that made it.</summary>
    private static void RemoveLeftovers()
    {
        foreach (var group in ControlGroup.Root.Children())
        {
            var name = Path.GetFileName(group.Path);
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(name[Prefix.Length..].Split('-')[0], out var pid) && !Directory.Exists($"/proc/{pid}"))
            {
                group.Delete();
            }
        }
    }
}
