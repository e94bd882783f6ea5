using System.Runtime.InteropServices;
using Straum.Linux.Netlink.Codec;
using static Straum.Linux.Interop.NetlinkHeader;

namespace Straum.Linux.Netlink;

/// <summary>Turns one message of a reply into an object, or <c>null</c> to leave it out.</summary>
internal delegate T? NetlinkParser<T>(ushort type, ReadOnlySpan<byte> payload) where T : class;

/// <summary>
/// Requests and their answers over one transport, one at a time: each request gets a sequence number, and what does not
/// carry it is left from an earlier exchange and skipped. Safe for use from several threads.
/// </summary>
internal sealed class NetlinkConnection(INetlinkTransport transport) : IDisposable
{
    /// <summary>How often a dump is repeated when the table changed under it.</summary>
    internal const int DumpAttempts = 16;

    /// <summary>More than the kernel puts in one datagram of a dump (32 KiB); a link with many virtual functions is one message.</summary>
    private const int BufferSize = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly byte[] _buffer = new byte[BufferSize];
    private uint _sequence;

    /// <summary>Sends a request and waits for its acknowledgement.</summary>
    /// <param name="message">The request.</param>
    /// <param name="operation">What it does, for the error.</param>
    /// <param name="subject">What it is done to; made into words only for an error.</param>
    /// <exception cref="NetlinkException">The kernel refused.</exception>
    public void Execute(Span<byte> message, string operation, object subject)
    {
        var outcome = Acknowledge(message);
        if (outcome.Errno != Errno.None)
        {
            throw new NetlinkException(operation, subject.ToString() ?? "", outcome.Errno, outcome.Message);
        }
    }

    /// <summary>As <see cref="Execute"/>, but answers <c>false</c> when the kernel says one of the errors that mean absence.</summary>
    public bool TryExecute(Span<byte> message, string operation, object subject, params ReadOnlySpan<Errno> absent)
    {
        var outcome = Acknowledge(message);
        return outcome.Errno == Errno.None
            || (absent.Contains(outcome.Errno) ? false : throw new NetlinkException(operation, subject.ToString() ?? "", outcome.Errno, outcome.Message));
    }

    /// <summary>Sends a request that is answered by one object. Returns <c>null</c> on one of the errors that mean absence.</summary>
    public T? Get<T>(Span<byte> message, NetlinkParser<T> parse, string operation, string subject, params ReadOnlySpan<Errno> absent)
        where T : class
    {
        lock (_lock)
        {
            T? result = null;
            var outcome = Exchange(message, NLM_F_ACK, (type, payload) => result ??= parse(type, payload));
            return outcome.Errno == Errno.None ? result
                : absent.Contains(outcome.Errno) ? null
                : throw new NetlinkException(operation, subject, outcome.Errno, outcome.Message);
        }
    }

    /// <summary>Sends a dump request and returns all objects; none on one of the errors that mean absence.</summary>
    /// <exception cref="NetlinkException">The kernel refused, or the table changed during each of <see cref="DumpAttempts"/> attempts (EINTR).</exception>
    public List<T> Dump<T>(Span<byte> message, NetlinkParser<T> parse, string operation, string subject, params ReadOnlySpan<Errno> absent)
        where T : class
    {
        lock (_lock)
        {
            var objects = new List<T>();
            for (var attempt = 0; attempt < DumpAttempts; attempt++)
            {
                objects.Clear();
                var outcome = Exchange(message, NLM_F_DUMP, (type, payload) =>
                {
                    if (parse(type, payload) is { } found)
                    {
                        objects.Add(found);
                    }
                });
                if (absent.Contains(outcome.Errno))
                {
                    return [];
                }
                if (outcome.Errno != Errno.None)
                {
                    throw new NetlinkException(operation, subject, outcome.Errno, outcome.Message);
                }
                if (!outcome.Interrupted)
                {
                    return objects;
                }
            }
            throw new NetlinkException(operation, subject, Errno.EINTR, $"the table changed during each of {DumpAttempts} dumps");
        }
    }

    public void Dispose() => transport.Dispose();

    private delegate void OnMessage(ushort type, ReadOnlySpan<byte> payload);

    private readonly record struct Outcome(Errno Errno, string? Message, bool Interrupted);

    private Outcome Acknowledge(Span<byte> message)
    {
        lock (_lock)
        {
            return Exchange(message, NLM_F_ACK, null);
        }
    }

    private Outcome Exchange(Span<byte> message, int flags, OnMessage? onMessage)
    {
        var header = MemoryMarshal.Read<NetlinkMessageHeader>(message);
        header.Flags |= (ushort)flags;
        header.Sequence = ++_sequence;
        MemoryMarshal.Write(message, in header);
        transport.Send(message);

        var interrupted = false;
        while (true)
        {
            var messages = new NetlinkMessages(_buffer.AsSpan(0, transport.Receive(_buffer)));
            while (messages.MoveNext())
            {
                if (messages.Header.Sequence != header.Sequence)
                {
                    continue;
                }
                interrupted |= (messages.Header.Flags & NLM_F_DUMP_INTR) != 0;
                switch (messages.Header.Type)
                {
                    case NLMSG_NOOP:
                        break;
                    case NLMSG_ERROR or NLMSG_DONE:
                        return ReadEnd(messages.Header, messages.Payload, interrupted);
                    default:
                        onMessage?.Invoke(messages.Header.Type, messages.Payload);
                        break;
                }
            }
        }
    }

    /// <summary>NLMSG_ERROR ends a request, NLMSG_DONE a dump: a negative errno or zero, then perhaps the kernel's words.</summary>
    private static Outcome ReadEnd(NetlinkMessageHeader header, ReadOnlySpan<byte> payload, bool interrupted)
    {
        var attributes = NetlinkAttributes.After(payload, out int error);
        if (error >= 0 || (header.Flags & NLM_F_ACK_TLVS) == 0)
        {
            return new Outcome((Errno)(-Math.Min(error, 0)), null, interrupted);
        }
        if (header.Type == NLMSG_ERROR)
        {
            // struct nlmsgerr repeats the request: its header only (NETLINK_CAP_ACK), or all of it.
            var request = payload[sizeof(int)..];
            _ = NetlinkAttributes.After(request, out NetlinkMessageHeader original);
            var skip = (header.Flags & NLM_F_CAPPED) != 0 ? NLMSG_HDRLEN : NetlinkWriter.Align((int)Math.Min(original.Length, (uint)request.Length));
            attributes = new NetlinkAttributes(request[Math.Min(skip, request.Length)..]);
        }
        while (attributes.MoveNext())
        {
            if (attributes.Type == NLMSGERR_ATTR_MSG)
            {
                return new Outcome((Errno)(-error), attributes.Text, interrupted);
            }
        }
        return new Outcome((Errno)(-error), null, interrupted);
    }
}
