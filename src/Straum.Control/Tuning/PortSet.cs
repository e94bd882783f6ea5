using System.Globalization;

namespace Straum.Control.Tuning;

/// <summary>Ports as ip_local_reserved_ports lists them: <c>10248-10259,30000-32767</c>.</summary>
public static class PortSet
{
    private const int Ports = 65536;

    /// <summary>The ports of both lists, in the kernel's form.</summary>
    /// <exception cref="FormatException">A text is no list of ports.</exception>
    public static string Union(string first, string second) => Combine(first, second, static (a, b) => a || b);

    /// <summary>The ports of <paramref name="first"/> that <paramref name="second"/> has not.</summary>
    /// <inheritdoc cref="Union"/>
    public static string Except(string first, string second) => Combine(first, second, static (a, b) => a && !b);

    /// <summary>Whether every port of <paramref name="part"/> is in <paramref name="whole"/>.</summary>
    /// <inheritdoc cref="Union"/>
    public static bool Contains(string whole, string part) => Except(part, whole).Length == 0;

    private static string Combine(string first, string second, Func<bool, bool, bool> rule)
    {
        var (a, b) = (Parse(first), Parse(second));
        var ranges = new List<string>();
        for (var port = 0; port < Ports; port++)
        {
            if (!rule(a[port], b[port]))
            {
                continue;
            }
            var start = port;
            while (port + 1 < Ports && rule(a[port + 1], b[port + 1]))
            {
                port++;
            }
            ranges.Add(start == port ? $"{start}" : $"{start}-{port}");
        }
        return string.Join(',', ranges);
    }

    private static bool[] Parse(string text)
    {
        var ports = new bool[Ports];
        foreach (var range in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var ends = range.Split('-');
            if (ends.Length > 2 || !TryPort(ends[0], out var first) || !TryPort(ends[^1], out var last) || last < first)
            {
                throw new FormatException($"'{range}' is no range of ports");
            }
            Array.Fill(ports, true, first, last - first + 1);
        }
        return ports;
    }

    private static bool TryPort(string text, out ushort port) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port);
}
