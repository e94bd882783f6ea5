using System.Globalization;
using System.Net;
using Straum.Doctor.Reading;

namespace Straum.Doctor.Checks.Dns;

/// <summary>A resolv.conf (resolv.conf(5)).</summary>
/// <param name="Servers">In order.</param>
/// <param name="Search">Suffixes that a short name is tried with.</param>
/// <param name="Ndots">A name with fewer dots is tried with the suffixes first.</param>
internal sealed record ResolverConfig(IReadOnlyList<IPAddress> Servers, IReadOnlyList<string> Search, int Ndots)
{
    public static ResolverConfig Parse(string text)
    {
        var servers = new List<IPAddress>();
        IReadOnlyList<string> search = [];
        var ndots = 1;
        foreach (var words in text.Split('\n').Select(NumberFields.Split).Where(static w => w.Length > 1 && w[0][0] is not ('#' or ';')))
        {
            switch (words[0])
            {
                // A scope id (fe80::1%eth0) means nothing outside its namespace.
                case "nameserver" when IPAddress.TryParse(words[1].Split('%')[0], out var address):
                    servers.Add(address);
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
