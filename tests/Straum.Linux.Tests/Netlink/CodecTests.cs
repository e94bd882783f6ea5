using System.Net;
using System.Net.Sockets;
using System.Text;
using Straum.Linux.Netlink.Codec;

namespace Straum.Linux.Netlink;

public sealed class CodecTests
{
    [Fact]
    public void Writer_Message_IsTheBytesTheKernelReads()
    {
        var memory = new byte[128];
        memory.AsSpan().Fill(0xEE);
        var writer = new NetlinkWriter(memory, 16, 0x400);
        writer.Header((byte)7);
        writer.AddString(3, "eth0");
        var nest = writer.BeginNest(18);
        writer.Add(1, (ushort)0x1234);
        writer.EndNest(nest);

        Convert.ToHexStringLower(writer.Finish()).ShouldBe(string.Concat(
            "2c000000", "1000", "0104", "00000000", "00000000", // length 44, type, REQUEST|CREATE, sequence, port
            "07000000", // header, padded
            "0900", "0300", "6574683000", "000000", // "eth0\0", padded
            "0c00", "1280", "0600", "0100", "3412", "0000")); // nested, with its flag
    }

    [Fact]
    public void Writer_MoreThanTheMemory_Throws() => Should.Throw<ArgumentOutOfRangeException>(() =>
    {
        var writer = new NetlinkWriter(new byte[20], 16, 0);
        writer.AddBytes(1, new byte[8]);
    });

    [Fact]
    public void Writer_LongString_Throws() => Should.Throw<ArgumentException>(() =>
    {
        var writer = new NetlinkWriter(new byte[1024], 16, 0);
        writer.AddString(1, new string('x', 256));
    });

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8::1")]
    public void Attributes_AddressAndVia_ReadBack(string text)
    {
        var address = IPAddress.Parse(text);
        var writer = new NetlinkWriter(new byte[128], 16, 0);
        writer.AddAddress(1, address);
        writer.AddVia(2, address);
        var attributes = new NetlinkAttributes(writer.Finish()[16..]);
        attributes.MoveNext().ShouldBeTrue();
        attributes.Address.ShouldBe(address);
        attributes.MoveNext().ShouldBeTrue();
        attributes.Via.ShouldBe(address);
        attributes.MoveNext().ShouldBeFalse();
    }

    [Theory]
    [InlineData("0300" + "0100")] // shorter than its own header
    [InlineData("0900" + "0100" + "00000000")] // longer than the message
    public void Attributes_WrongLength_AreRefused(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Should.Throw<InvalidDataException>(() => new NetlinkAttributes(bytes).MoveNext());
    }

    [Fact]
    public void Attributes_ValueOfWrongSize_IsRefused()
    {
        var bytes = FakeKernel.Attribute(5, [1, 2]);
        Should.Throw<InvalidDataException>(() =>
        {
            var attributes = new NetlinkAttributes(bytes);
            attributes.MoveNext();
            return attributes.UInt32;
        }).Message.ShouldContain("attribute 5 has 2 bytes");
        Should.Throw<InvalidDataException>(() =>
        {
            var attributes = new NetlinkAttributes(bytes);
            attributes.MoveNext();
            return attributes.Address;
        });
    }

    [Fact]
    public void Attributes_TextWithoutZero_IsReadToItsEnd()
    {
        var attributes = new NetlinkAttributes(FakeKernel.Attribute(1, Encoding.UTF8.GetBytes("br-0")));
        attributes.MoveNext();
        attributes.Text.ShouldBe("br-0");
    }

    /// <summary>Whatever comes, a parser answers with an object, with nothing, or with <see cref="InvalidDataException"/>.</summary>
    [Fact]
    public void Parsers_RandomAndDamagedMessages_NeverFailOtherwise()
    {
        var random = new Random(20261121);
        var rounds = Environment.GetEnvironmentVariable("STRAUM_FUZZ") is null ? 20_000 : 5_000_000;
        var seeds = Seeds();
        for (var round = 0; round < rounds; round++)
        {
            var (type, bytes) = seeds[random.Next(seeds.Count)];
            var damaged = bytes.AsSpan(0, random.Next(4) == 0 ? random.Next(bytes.Length + 1) : bytes.Length).ToArray();
            for (var flips = random.Next(4); flips > 0 && damaged.Length > 0; flips--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }
            Parse(type, damaged);
        }
    }

    /// <summary>Real messages of this machine, one of each kind.</summary>
    private static List<(ushort Type, byte[] Bytes)> Seeds()
    {
        using var test = new TestNamespace();
        using var monitor = NetlinkSocket.Open(test);
        foreach (var group in new[] { 1, 3, 5, 7, 8, 9, 11 })
        {
            monitor.SetOption(Interop.Libc.SOL_NETLINK, Interop.NetlinkHeader.NETLINK_ADD_MEMBERSHIP, group);
        }
        var device = test.Net.Links.CreateVeth("near", "far").Index;
        test.Net.Links.CreateVxlan("vx", new VxlanSettings { Vni = 7, Remote = IPAddress.Parse("192.0.2.1") });
        test.Net.Links.SetUp(device);
        test.Net.Links.SetUp(test.Net.Links.Get("far").Index);
        test.Net.Addresses.Add(device, IPAddress.Parse("10.9.0.1"), 24);
        test.Net.Neighbors.Replace(new Neighbor { InterfaceIndex = device, Address = IPAddress.Parse("10.9.0.2"), MacAddress = MacAddress.Random() });
        test.Net.Routes.Add(new Route
        {
            Destination = IPNetwork.Parse("10.4.0.0/16"),
            Mtu = 1400,
            NextHops = [new() { Gateway = IPAddress.Parse("10.9.0.2") }, new() { Gateway = IPAddress.Parse("10.9.0.3") }],
        });

        test.Net.Rules.Add(new RoutingRule { Family = AddressFamily.InterNetwork, Priority = 9, From = IPNetwork.Parse("10.1.0.0/16"), Mark = 1 });

        var seeds = new List<(ushort, byte[])>();
        var buffer = new byte[65536];
        while (monitor.TryReceive(buffer, Interop.Libc.MSG_DONTWAIT, out var length) == Errno.None)
        {
            var messages = new NetlinkMessages(buffer.AsSpan(0, length));
            while (messages.MoveNext())
            {
                seeds.Add((messages.Header.Type, messages.Payload.ToArray()));
            }
        }
        seeds.Select(s => s.Item1).Distinct().Count().ShouldBeGreaterThanOrEqualTo(5);
        return seeds;
    }

    private static void Parse(ushort type, byte[] bytes)
    {
        try
        {
            _ = LinkMessage.Parse(type, bytes);
            _ = RouteMessage.Parse(type, bytes);
            _ = AddressTable.Parse(type, bytes);
            _ = NeighborTable.Parse(type, bytes);
            _ = RuleTable.Parse(type, bytes);
        }
        catch (InvalidDataException)
        {
            // The one way to say no.
        }
    }
}
