using System.Globalization;

namespace Straum.Linux;

/// <summary>One line of <c>/proc/self/mountinfo</c> (proc(5)).</summary>
public sealed record MountPoint
{
    /// <summary>The directory of the file system that is mounted: <c>/</c> unless it is a bind mount.</summary>
    public required string Root { get; init; }

    public required string Path { get; init; }

    public required string FileSystemType { get; init; }

    public required string Source { get; init; }

    /// <summary>Options of the file system, such as <c>rw,nsdelegate</c>.</summary>
    public required string Options { get; init; }

    /// <summary>Of this mount alone: the file system may be writable elsewhere.</summary>
    public required bool IsReadOnly { get; init; }

    internal static MountPoint Parse(string line)
    {
        // 36 35 98:0 /root /mount rw,noatime shared:1 … - type source options; the number of optional fields varies.
        var halves = line.Split(" - ", 2);
        var left = halves[0].Split(' ');
        var right = halves.Length == 2 ? halves[1].Split(' ') : [];
        if (left.Length < 6 || right.Length < 3)
        {
            throw new InvalidDataException($"not a line of mountinfo: {line}");
        }
        return new MountPoint
        {
            Root = Unescape(left[3]),
            Path = Unescape(left[4]),
            IsReadOnly = left[5].Split(',').Contains("ro"),
            FileSystemType = right[0],
            Source = Unescape(right[1]),
            Options = right[2],
        };
    }

    /// <summary>The kernel writes space, tab, newline and backslash as a backslash and three octal digits.</summary>
    private static string Unescape(string field)
    {
        for (var i = field.IndexOf('\\'); i >= 0 && i + 3 < field.Length; i = field.IndexOf('\\', i + 1))
        {
            var digits = field.AsSpan(i + 1, 3);
            var code = ((digits[0] - '0') << 6) | ((digits[1] - '0') << 3) | (digits[2] - '0');
            field = string.Create(CultureInfo.InvariantCulture, $"{field.AsSpan(0, i)}{(char)code}{field.AsSpan(i + 4)}");
        }
        return field;
    }
}
