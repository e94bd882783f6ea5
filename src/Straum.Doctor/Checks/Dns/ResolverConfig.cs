using System.Globalization;
using System.Net;
using Straum.Doctor.Reading;
using Straum.Linux.Netlink;

namespace Straum.Doctor.Checks.Dns;

/// <summary>A resolv.conf (resolv.conf(5)).</summary>
/// <param name="Servers">In order.</param>
/// <param name="Search">Suffixes that a short name is tried with.</param>
/// <param name="Ndots">A name with fewer dots is tried with the suffixes first.</param>
internal sealed record ResolverConfig(IReadOnlyList<IPAddress> Servers, IReadOnlyList<string> Search, int Ndots)
{
    /// <param name="text">The file.</param>
    /// <param name="links">
    /// The devices of the namespace that the servers are asked from, for the scope of a link-local one (fe80::1%eth0); null
    /// where it is another than that of the file, in which scopes mean nothing.
    /// </param>
    public static ResolverConfig Parse(string text, IReadOnlyList<Link>? links = null)
    {
        var servers = new List<IPAddress>();
        IReadOnlyList<string> search = [];
        var ndots = 1;
        foreach (var words in text.Split('\n').Select(NumberFields.Split).Where(static w => w.Length > 1 && w[0][0] is not ('#' or ';')))
        {
            switch (words[0])
            {
                case "nameserver" when words[1].Split('%', 2) is var parts && IPAddress.TryParse(parts[0], out var address):
                    servers.Add(parts.Length > 1 && address.IsIPv6LinkLocal && links is not null ? new IPAddress(address.GetAddressBytes(), Scope(parts[1], links)) : address);
                    break;
                // Of several lines the last counts.
                case "search" or "domain":
                    search = words[1..];
                    break;
                case "options":
                    ndots = words.FirstOrDefault(static w => w.StartsWith("ndots:", StringComparison.Ordinal)) is { } option
                        ? Math.Min(15, int.Parse(option.AsSpan("ndots:".Length), CultureInfo.InvariantCulture)) : ndots;
                    break;
            }
        }
        return new ResolverConfig(servers, search, ndots);
    }

    /// <summary>By name or number; 0 for a device that is not there, with which the kernel refuses to send.</summary>
    private static long Scope(string device, IReadOnlyList<Link> links) => links.FirstOrDefault(l => l.Name == device)?.Index
        ?? (int.TryParse(device, CultureInfo.InvariantCulture, out var index) ? index : 0);

    /// <summary>The names that glibc's resolver asks for, in order, until one exists.</summary>
    public IReadOnlyList<string> Candidates(string name)
    {
        if (name.EndsWith('.'))
        {
            return [name];
        }
        var suffixed = Search.Select(s => $"{name}.{s}");
        return name.Count(static c => c == '.') >= Ndots ? [name, .. suffixed] : [.. suffixed, name];
    }
}
