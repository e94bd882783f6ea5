using System.Globalization;

namespace Straum.Linux;

/// <summary>
/// CPUs that are online: the machine's. Not <see cref="Environment.ProcessorCount"/>, which is what a control group or an affinity
/// leaves of them to this process.
/// </summary>
public static class OnlineCpus
{
    /// <summary>Where the kernel lists them, from the root of a host's file system.</summary>
    public const string List = "sys/devices/system/cpu/online";

    /// <summary>How many there are.</summary>
    /// <param name="root">/, or where a host's file system is mounted.</param>
    /// <exception cref="IOException">There is no such list: /sys is not mounted.</exception>
    public static int Count(string root = "/") => CountOf(File.ReadAllText(Path.Combine(root, List)));

    /// <summary>How many CPUs a list names, as the kernel writes lists: 0-3,8 (cpuset(7), "List format").</summary>
    /// <exception cref="FormatException">It is no such list.</exception>
    public static int CountOf(string list) => list.Trim().Split(',', StringSplitOptions.RemoveEmptyEntries).Sum(static range =>
    {
        var ends = range.Split('-');
        return Number(ends[^1]) - Number(ends[0]) + 1;
    });

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowTrailingWhite | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture);
}
