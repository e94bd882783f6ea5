using System.Globalization;
using Straum.Control.Tuning;
using Straum.Doctor.Hosts;

namespace Straum.Doctor.Checks.Sysctls;

/// <summary>Kernel settings by the catalogue's keys.</summary>
internal static class Setting
{
    /// <summary>The value in one line, words separated by one space; null when the namespace does not show it.</summary>
    public static string? Read(INetwork network, string key) =>
        network.ReadText("/proc/sys/" + key.Replace('.', '/')) is { } text ? SysctlText.Plain(text) : null;

    /// <inheritdoc cref="Read"/>
    public static long? ReadNumber(INetwork network, string key) =>
        long.TryParse(Read(network, key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>What <c>straum tune</c> writes, on any machine.</summary>
    public static string Wanted(string key) => TuningCatalogue.Of(key).Value(new TuningFacts(1, 0));
}
