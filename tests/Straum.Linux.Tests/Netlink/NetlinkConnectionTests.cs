using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.NetlinkHeader;

namespace Straum.Linux.Netlink;

public sealed class NetlinkConnectionTests
{
    private const ushort Object = 100;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Execute_Refused_TellsTheKernelsWords(bool capped)
    {
        var kernel = new FakeKernel(request => [FakeKernel.Ack(request, Errno.EINVAL, "Nexthop has invalid gateway", capped)]);
        using var connection = new NetlinkConnection(kernel);
        var failure = Should.Throw<NetlinkException>(() => connection.Execute(Request(), "route add", "10.0.0.0/8"));
        failure.KernelMessage.ShouldBe("Nexthop has invalid gateway");
        failure.Message.ShouldBe("route add 10.0.0.0/8: EINVAL (Invalid argument): kernel: Nexthop has invalid gateway");
    }

    [Fact]
    public void Execute_AnswerOfAnEarlierRequest_IsSkipped()
    {
        var kernel = new FakeKernel(request =>
        {
            var earlier = request with { Sequence = request.Sequence - 1 };
            return [FakeKernel.Ack(earlier, Errno.EPERM), [.. FakeKernel.Ack(earlier, Errno.EIO), .. FakeKernel.Ack(request)]];
        });
        using var connection = new NetlinkConnection(kernel);
        Should.NotThrow(() => connection.Execute(Request(), "op", "it"));
        kernel.Requests.ShouldHaveSingleItem().Flags.ShouldBe((ushort)(NLM_F_REQUEST | NLM_F_ACK));
    }

    [Fact]
    public void TryExecute_ErrorThatMeansAbsence_IsFalse()
    {
        using var connection = new NetlinkConnection(new FakeKernel(request => [FakeKernel.Ack(request, Errno.ESRCH)]));
        connection.TryExecute(Request(), "op", "it", Errno.ENOENT, Errno.ESRCH).ShouldBeFalse();
        Should.Throw<NetlinkException>(() => connection.TryExecute(Request(), "op", "it", Errno.ENOENT)).Errno.ShouldBe(Errno.ESRCH);
    }

    [Fact]
    public void Dump_SeveralDatagrams_ReturnsAll()
    {
        using var connection = new NetlinkConnection(new FakeKernel(request =>
            [[.. Item(request, 1), .. Item(request, 2)], Item(request, 3), FakeKernel.Done(request)]));
        Dump(connection).ShouldBe(["1", "2", "3"]);
    }

    [Fact]
    public void Dump_Interrupted_IsRepeatedAndOnlyTheLastCounts()
    {
        var attempts = 0;
        using var connection = new NetlinkConnection(new FakeKernel(request => ++attempts < 3
            ? [Item(request, 9), Item(request, 8, NLM_F_DUMP_INTR), FakeKernel.Done(request)]
            : [Item(request, 1), FakeKernel.Done(request)]));
        Dump(connection).ShouldBe(["1"]);
        attempts.ShouldBe(3);
    }

    [Fact]
    public void Dump_InterruptedEveryTime_GivesUpWithItsReason()
    {
        var attempts = 0;
        using var connection = new NetlinkConnection(new FakeKernel(request =>
        {
            attempts++;
            return [Item(request, 1, NLM_F_DUMP_INTR), FakeKernel.Done(request)];
        }));
        Should.Throw<NetlinkException>(() => Dump(connection)).Errno.ShouldBe(Errno.EINTR);
        attempts.ShouldBe(NetlinkConnection.DumpAttempts);
    }

    [Fact]
    public void Dump_EndsWithError_IsThrownOrAbsence()
    {
        using var connection = new NetlinkConnection(new FakeKernel(request => [Item(request, 1), FakeKernel.Done(request, Errno.ENOENT)]));
        Should.Throw<NetlinkException>(() => Dump(connection)).Errno.ShouldBe(Errno.ENOENT);
        connection.Dump(Request(), Parse, "list", "", Errno.ENOENT).ShouldBeEmpty();
    }

    [Fact]
    public void Receive_CutMessage_IsRefusedAndTheNextRequestWorks()
    {
        var first = true;
        using var connection = new NetlinkConnection(new FakeKernel(request =>
        {
            var whole = FakeKernel.Ack(request);
            var answer = first ? whole[..18] : whole;
            first = false;
            return [answer];
        }));
        Should.Throw<InvalidDataException>(() => connection.Execute(Request(), "op", "it"));
        Should.NotThrow(() => connection.Execute(Request(), "op", "it"));
    }

    private static Span<byte> Request()
    {
        var request = new NetlinkWriter(new byte[64], Object, 0);
        request.Header(42u);
        return request.Finish();
    }

    private static byte[] Item(NetlinkMessageHeader request, uint value, int flags = 0) =>
        FakeKernel.Message(request, Object, flags | NLM_F_MULTI, BitConverter.GetBytes(value));

    private static string? Parse(ushort type, ReadOnlySpan<byte> payload)
    {
        _ = NetlinkAttributes.After(payload, out uint value);
        return type == Object ? value.ToString() : null;
    }

    private static List<string> Dump(NetlinkConnection connection) => connection.Dump(Request(), Parse, "list", "");
}
