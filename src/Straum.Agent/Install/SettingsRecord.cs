using Straum.Linux;

namespace Straum.Agent.Install;

/// <summary>
/// The kernel settings that the agent changed, each with its value before and the agent's own, so that they can be put back.
/// Written down before the change; the first value of a setting is the one that counts.
/// </summary>
/// <param name="path">One line per setting: <c>name = before -> after</c>.</param>
public sealed class SettingsRecord(string path)
{
    private const string FileName = "host-settings";

    /// <param name="stateDirectory">paths.state.</param>
    public static SettingsRecord In(string stateDirectory) => new(Path.Combine(stateDirectory, FileName));

    /// <summary>Sets a setting, unless it is so already.</summary>
    /// <exception cref="LinuxException">There is no such setting, or it cannot be written.</exception>
    public void Set(string name, string value)
    {
        var before = Sysctl.Read(name).Trim();
        if (before == value)
        {
            return;
        }
        var known = Read();
        File.AppendAllText(path, $"{name} = {(known.TryGetValue(name, out var first) ? first.Before : before)} -> {value}\n");
        Sysctl.Write(name, value);
    }

    /// <summary>Puts back what is still as the agent left it, and forgets it all. Returns what was put back, a line each.</summary>
    public IReadOnlyList<string> Revert()
    {
        var reverted = new List<string>();
        foreach (var (name, (before, after)) in Read())
        {
            if (Sysctl.TryRead(name, out var now) && now.Trim() == after && before != after)
            {
                Sysctl.Write(name, before);
                reverted.Add($"setting {name}: back to {(before.Length > 0 ? before : "nothing")}");
            }
        }
        File.Delete(path);
        return reverted;
    }

    private Dictionary<string, (string Before, string After)> Read()
    {
        var settings = new Dictionary<string, (string, string)>(StringComparer.Ordinal);
        foreach (var line in File.Exists(path) ? File.ReadAllLines(path) : [])
        {
            // A line that a crash cut short is of a change that was not made.
            if (line.Split(" = ", 2) is [var name, var values] && values.Split(" -> ", 2) is [var before, var after])
            {
                settings[name] = (before, after);
            }
        }
        return settings;
    }
}
