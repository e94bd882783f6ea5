using System.Runtime.InteropServices;
using System.Text;
using Straum.Linux.Interop;

namespace Straum.Linux.Netfilter;

/// <summary>The tables of iptables-legacy, counted by the kernel itself: struct ipt_getinfo says how many entries a table has.</summary>
internal static class IptablesTables
{
    private const int NameLength = 32;

    public static IEnumerable<ChainRules> Count(string family, int domain)
    {
        // A table is loaded by being asked for; only those that someone has used are listed here.
        var list = domain == Libc.AF_INET ? "/proc/thread-self/net/ip_tables_names" : "/proc/thread-self/net/ip6_tables_names";
        if (!File.Exists(list))
        {
            yield break;
        }
        foreach (var table in File.ReadAllLines(list).Where(name => name.Length > 0))
        {
            if (Entries(domain, table) is { } entries)
            {
                yield return new ChainRules("iptables", family, table, "", entries);
            }
        }
    }

    /// <summary>Null when the table went away meanwhile.</summary>
    private static unsafe int? Entries(int domain, string table)
    {
        using var socket = Libc.Own(Libc.socket(domain, Libc.SOCK_RAW | Libc.SOCK_CLOEXEC, Libc.IPPROTO_RAW));
        if (socket.IsInvalid)
        {
            throw LinuxException.FromLastError("socket create", "raw " + table);
        }
        var info = new GetInfo();
        Encoding.ASCII.GetBytes(table, new Span<byte>(info.Name, NameLength - 1));
        var length = (uint)sizeof(GetInfo);
        var level = domain == Libc.AF_INET ? Libc.SOL_IP : Libc.SOL_IPV6;
        if (Libc.getsockopt(socket, level, Libc.IPT_SO_GET_INFO, &info, &length) != 0)
        {
            var errno = (Errno)Marshal.GetLastPInvokeError();
            return errno is Errno.ENOENT or Errno.ENOPROTOOPT ? null : throw new LinuxException("iptables info", table, errno);
        }
        return (int)info.Entries;
    }

    /// <summary>struct ipt_getinfo, and struct ip6t_getinfo, which is the same.</summary>
    private unsafe struct GetInfo
    {
        public fixed byte Name[NameLength];
        public uint ValidHooks;
        public fixed uint HookEntry[5];
        public fixed uint Underflow[5];
        public uint Entries;
        public uint Size;
    }
}
