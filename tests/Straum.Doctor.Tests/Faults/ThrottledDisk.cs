using System.Globalization;

namespace Straum.Doctor.Faults;

/// <summary>
/// A file system on a loop device whose writes a control group limits: that of the whole test process, and of this device
/// alone, so that nothing else is slower. By io.max where the io controller is of version 2, by blkio's throttle where it is
/// still of version 1.
/// </summary>
public sealed class ThrottledDisk : IDisposable
{
    private const string Unified = "/sys/fs/cgroup";
    private const string Version1 = Unified + "/blkio";

    // Without a journal every write is the writer's own, and not one of a kernel thread that no limit is for.
    private readonly LoopDisk _disk = new("^has_journal");
    private string? _group, _home, _delegated;

    public string Directory => _disk.Directory;

    /// <summary>From now on the process waits for its writes to this disk.</summary>
    public void Throttle(int writesPerSecond)
    {
        var old = File.Exists(Version1 + "/cgroup.procs");
        var root = old ? Version1 : Unified;
        Assert.SkipUnless(old || File.ReadAllText(root + "/cgroup.controllers").Split(' ', '\n').Contains("io"), "no control group of this machine limits disks");
        _home = root + HomeOf(old);
        if (!old && !File.ReadAllText(root + "/cgroup.subtree_control").Split(' ', '\n').Contains("io"))
        {
            File.WriteAllText(root + "/cgroup.subtree_control", "+io");
            _delegated = root + "/cgroup.subtree_control";
        }
        _group = $"{root}/straum-t-{Environment.ProcessId}";
        System.IO.Directory.CreateDirectory(_group);
        var number = LoopDisk.Run("lsblk", "-dno", "MAJ:MIN", _disk.Device).Trim();
        File.WriteAllText(
            _group + (old ? "/blkio.throttle.write_iops_device" : "/io.max"),
            string.Create(CultureInfo.InvariantCulture, $"{number} {(old ? "" : "wiops=")}{writesPerSecond}"));
        Move(Environment.ProcessId, _group);
    }

    public void Dispose()
    {
        Release();
        _disk.Dispose();
    }

    /// <summary>Children that were started in the meantime are in the group too, and a group with members stays.</summary>
    private void Release()
    {
        if (_group is null)
        {
            return;
        }
        SpinWait.SpinUntil(
            () =>
            {
                foreach (var member in File.ReadAllLines(_group + "/cgroup.procs"))
                {
                    Move(int.Parse(member, CultureInfo.InvariantCulture), _home!);
                }
                try
                {
                    System.IO.Directory.Delete(_group);
                    return true;
                }
                catch (IOException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(30)).ShouldBeTrue($"{_group} keeps members");
        if (_delegated is not null)
        {
            File.WriteAllText(_delegated, "-io");
        }
    }

    private static void Move(int process, string group)
    {
        try
        {
            File.WriteAllText(group + "/cgroup.procs", process.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException) when (process != Environment.ProcessId)
        {
            // It has ended.
        }
    }

    /// <summary>Of lines as 5:blkio:/a and 0::/a, the path of the right one.</summary>
    private static string HomeOf(bool old) => File.ReadLines("/proc/self/cgroup").Select(static l => l.Split(':', 3))
        .First(l => old ? l[1].Split(',').Contains("blkio") : l[0] == "0")[2].TrimEnd('/');
}
