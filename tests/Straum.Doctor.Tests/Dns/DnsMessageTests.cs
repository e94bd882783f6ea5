namespace Straum.Doctor.Dns;

public sealed class DnsMessageTests
{
    [Fact]
    public void Query_IsWhatTheStandardSays() =>
        Convert.ToHexString(DnsMessage.Query(0x1234, new DnsQuestion("a.bc.", DnsType.Aaaa)))
            .ShouldBe("1234" + "0100" + "0001" + "0000" + "0000" + "0000" + "0161" + "026263" + "00" + "001C" + "0001");

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    public void Query_NoName_IsRefused(string name) => Should.Throw<FormatException>(() => DnsMessage.Query(1, new DnsQuestion(name, DnsType.A)));

    [Fact]
    public void Reply_IsReadWhenItIsTheAnswer()
    {
        var query = DnsMessage.Query(7, new DnsQuestion("a.bc", DnsType.A));
        var reply = query.ToArray();
        (reply[2], reply[3], reply[7]) = (0x83, 0x83, 2);
        DnsMessage.TryReadReply(reply, query, out var code, out var answers, out var truncated).ShouldBeTrue();
        (code, answers, truncated).ShouldBe((DnsCode.NoSuchName, 2, true));
    }

    [Fact]
    public void Reply_OfSomebodyElse_IsNone()
    {
        var query = DnsMessage.Query(7, new DnsQuestion("a.bc", DnsType.A));
        var other = DnsMessage.Query(7, new DnsQuestion("a.bd", DnsType.A));
        other[2] |= 0x80;
        DnsMessage.TryReadReply(other, query, out _, out _, out _).ShouldBeFalse();
        DnsMessage.TryReadReply(query, query, out _, out _, out _).ShouldBeFalse("a query is no reply");
        DnsMessage.TryReadReply(other.AsSpan(0, 5), query, out _, out _, out _).ShouldBeFalse();
    }
}
