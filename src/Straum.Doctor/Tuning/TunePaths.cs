using System.Text;

namespace Straum.Doctor.Tuning;

/// <summary>Where tuning reads and writes.</summary>
/// <param name="Root">/, or a directory that stands for it: a mounted host, a fake.</param>
public sealed record TunePaths(string Root = "/")
{
    /// <summary>The one file that outlives a restart; among others by its number, so that an administrator's 99- wins.</summary>
    public string OwnFile => In("etc/sysctl.d/60-straum-tune.conf");

    /// <summary>
    /// The modules whose settings are in <see cref="OwnFile"/>, for modules-load.d(5): systemd loads them before it writes settings,
    /// and a setting of a module that is not loaded is passed over.
    /// </summary>
    public string ModulesFile => In("etc/modules-load.d/straum-tune.conf");

    /// <summary>What to put back.</summary>
    public string Journal => In("var/lib/straum/tune.json");

    /// <summary>Files of the administrator's, as opposed to the distribution's in /usr/lib.</summary>
    public IReadOnlyList<string> AdministratorsFolders => [In("usr/local/lib/sysctl.d"), In("run/sysctl.d"), In("etc/sysctl.d")];

    /// <summary>The distribution's. It is read with the others when the machine starts; of two files of one name theirs counts.</summary>
    public string DistributionsFolder => In("usr/lib/sysctl.d");

    /// <summary>Read after all folders.</summary>
    public string AdministratorsFile => In("etc/sysctl.conf");

    public string Settings => In("proc/sys");

    public string Memory => In("proc/meminfo");

    public string BootId => In("proc/sys/kernel/random/boot_id");

    /// <summary>Lives in the host's namespaces.</summary>
    public string FirstProcess => In("proc/1");

    /// <summary>The text of a file; null when there is none, or the link leads nowhere.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    internal string? ReadText(string path) => ReadBytes(path) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    internal byte[]? ReadBytes(string path) => Resolve(path) is { } file && File.Exists(file) ? File.ReadAllBytes(file) : null;

    /// <summary>
    /// Where a path below the root leads when links are followed as on the host: absolute ones begin at the root, and none leads out
    /// of it. Null when they lead in a circle.
    /// </summary>
    internal string? Resolve(string path)
    {
        const int MostLinks = 40; // path_resolution(7)
        var links = 0;
        var done = new List<string>();
        var open = new Stack<string>(Path.GetRelativePath(Root, path).Split('/').Reverse());
        while (open.TryPop(out var part))
        {
            if (part == "..")
            {
                done.RemoveRange(Math.Max(0, done.Count - 1), Math.Min(1, done.Count));
            }
            else if (part is not ("" or "."))
            {
                if (new FileInfo(Path.Combine([Root, .. done, part])).LinkTarget is not { } target)
                {
                    done.Add(part);
                    continue;
                }
                if (++links > MostLinks)
                {
                    return null;
                }
                if (target.StartsWith('/'))
                {
                    done.Clear();
                }
                foreach (var next in target.Split('/').Reverse())
                {
                    open.Push(next);
                }
            }
        }
        return Path.Combine([Root, .. done]);
    }

    private string In(string path) => Path.Combine(Root, path);
}
