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

    /// <summary>Read after all folders.</summary>
    public string AdministratorsFile => In("etc/sysctl.conf");

    public string Settings => In("proc/sys");

    public string Memory => In("proc/meminfo");

    public string Processors => In("sys/devices/system/cpu/online");

    public string BootId => In("proc/sys/kernel/random/boot_id");

    /// <summary>Lives in the host's namespaces.</summary>
    public string FirstProcess => In("proc/1");

    private string In(string path) => Path.Combine(Root, path);
}
