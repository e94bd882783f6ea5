using System.Globalization;

namespace Straum.Agent.Cni;

/// <summary>A version of the CNI specification. A result is written in the version that its configuration names.</summary>
public readonly record struct CniVersion(int Major, int Minor, int Patch) : IComparable<CniVersion>
{
    /// <summary>The first with CHECK.</summary>
    public static readonly CniVersion V040 = new(0, 4, 0);

    /// <summary>The first whose addresses have no "version".</summary>
    public static readonly CniVersion V100 = new(1, 0, 0);

    /// <summary>The first with GC and STATUS, and with MTU and scope in results.</summary>
    public static readonly CniVersion V110 = new(1, 1, 0);

    /// <summary>What this plugin speaks, oldest first.</summary>
    public static IReadOnlyList<CniVersion> Supported { get; } = [new(0, 3, 1), V040, V100, V110];

    public static bool TryParse(string text, out CniVersion version)
    {
        version = default;
        var parts = text.Split('.');
        Span<int> numbers = [0, 0, 0];
        if (parts.Length != numbers.Length)
        {
            return false;
        }
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return false;
            }
        }
        version = new CniVersion(numbers[0], numbers[1], numbers[2]);
        return true;
    }

    public int CompareTo(CniVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public override string ToString() => $"{Major}.{Minor}.{Patch}";

    public static bool operator <(CniVersion left, CniVersion right) => left.CompareTo(right) < 0;

    public static bool operator <=(CniVersion left, CniVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >(CniVersion left, CniVersion right) => left.CompareTo(right) > 0;

    public static bool operator >=(CniVersion left, CniVersion right) => left.CompareTo(right) >= 0;
}
