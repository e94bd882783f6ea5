using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Straum.Linux.Interop;
using static Straum.Linux.Interop.NetlinkHeader;

namespace Straum.Linux.Netlink;

/// <summary>
/// A blocking netlink socket, mostly of NETLINK_ROUTE. It belongs to the namespace it was opened in and can then be used from any thread.
/// </summary>
/// <remarks>Made with libc's socket(): .NET's own maps address families and refuses this one.</remarks>
internal sealed class NetlinkSocket : INetlinkTransport
{
    private const string Subject = "rtnetlink";

    private NetlinkSocket(SafeFileHandle handle) => Handle = handle;

    public SafeFileHandle Handle { get; }

    /// <param name="within">The namespace; null for the calling thread's.</param>
    /// <param name="protocol">NETLINK_*.</param>
    public static NetlinkSocket Open(NetworkNamespace? within, int protocol = NETLINK_ROUTE) =>
        within is null ? Open(protocol) : within.Run(() => Open(protocol));

    /// <summary>Throws what the kernel lost: ENOBUFS when messages to this socket were dropped.</summary>
    public int Receive(Span<byte> buffer) => TryReceive(buffer, 0, out var length) is var errno and not Errno.None
        ? throw new LinuxException("netlink receive", Subject, errno)
        : length;

    public unsafe void Send(ReadOnlySpan<byte> message)
    {
        var kernel = new Libc.sockaddr_nl { nl_family = Libc.AF_NETLINK };
        fixed (byte* bytes = message)
        {
            while (Libc.sendto(Handle, bytes, (nuint)message.Length, 0, &kernel, (uint)sizeof(Libc.sockaddr_nl)) < 0)
            {
                var errno = (Errno)Marshal.GetLastPInvokeError();
                if (errno != Errno.EINTR)
                {
                    throw new LinuxException("netlink send", Subject, errno);
                }
            }
        }
    }

    /// <summary>As <see cref="Receive"/>, with the error as a value.</summary>
    public unsafe Errno TryReceive(Span<byte> buffer, int flags, out int length)
    {
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                Libc.sockaddr_nl sender;
                var senderLength = (uint)sizeof(Libc.sockaddr_nl);
                // MSG_TRUNC makes the call return the datagram's real length, so that a cut is noticed.
                var received = Libc.recvfrom(Handle, bytes, (nuint)buffer.Length, flags | Libc.MSG_TRUNC, &sender, &senderLength);
                if (received < 0)
                {
                    var errno = (Errno)Marshal.GetLastPInvokeError();
                    if (errno == Errno.EINTR)
                    {
                        continue;
                    }
                    length = 0;
                    return errno;
                }
                if (sender.nl_pid != 0)
                {
                    // Any process may send to a netlink port; only the kernel's word counts.
                    continue;
                }
                length = (int)received;
                return received > buffer.Length ? Errno.EMSGSIZE : Errno.None;
            }
        }
    }

    public unsafe void SetOption(int level, int name, int value)
    {
        if (Libc.setsockopt(Handle, level, name, &value, sizeof(int)) != 0)
        {
            throw LinuxException.FromLastError("netlink setsockopt", $"{Subject} {level}/{name}");
        }
    }

    /// <summary>Asks for more room than the system's limit allows, which CAP_NET_ADMIN may; else as much as the limit gives.</summary>
    public unsafe void SetReceiveBuffer(int bytes)
    {
        if (Libc.setsockopt(Handle, Libc.SOL_SOCKET, Libc.SO_RCVBUFFORCE, &bytes, sizeof(int)) != 0)
        {
            SetOption(Libc.SOL_SOCKET, Libc.SO_RCVBUF, bytes);
        }
    }

    public void Dispose() => Handle.Dispose();

    private static unsafe NetlinkSocket Open(int protocol)
    {
        var handle = Libc.Own(Libc.socket(Libc.AF_NETLINK, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, protocol));
        if (handle.IsInvalid)
        {
            throw LinuxException.FromLastError("socket create", Subject);
        }
        var socket = new NetlinkSocket(handle);
        try
        {
            var address = new Libc.sockaddr_nl { nl_family = Libc.AF_NETLINK };
            if (Libc.bind(handle, &address, (uint)sizeof(Libc.sockaddr_nl)) != 0)
            {
                throw LinuxException.FromLastError("socket bind", Subject);
            }
            // Acknowledgements with the kernel's words and without a copy of the request; dumps that obey their filters.
            socket.SetOption(Libc.SOL_NETLINK, NETLINK_EXT_ACK, 1);
            socket.SetOption(Libc.SOL_NETLINK, NETLINK_CAP_ACK, 1);
            socket.SetOption(Libc.SOL_NETLINK, NETLINK_GET_STRICT_CHK, 1);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
