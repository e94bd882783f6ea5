using System.Diagnostics;

namespace Straum.Doctor.Faults;

/// <summary>An ext4 file system on a loop device whose image is in memory: nothing but what a test adds makes it slow.</summary>
public sealed class LoopDisk : IDisposable
{
    private readonly string _place = System.IO.Directory.CreateDirectory($"/dev/shm/straum-t-{Environment.ProcessId}-{Guid.NewGuid():N}").FullName;

    /// <param name="features">As <c>mkfs.ext4 -O</c> takes them.</param>
    public LoopDisk(string features)
    {
        Run("truncate", "-s", "64M", Image);
        Run("mkfs.ext4", "-q", "-F", "-O", features, Image);
        Device = Run("losetup", "--show", "-f", Image).Trim();
        System.IO.Directory.CreateDirectory(Directory);
        Run("mount", Device, Directory);
    }

    public string Device { get; }

    public string Directory => _place + "/mounted";

    private string Image => _place + "/image";

    public void Dispose()
    {
        Run("umount", Directory);
        Run("losetup", "-d", Device);
        System.IO.Directory.Delete(_place, recursive: true);
    }

    /// <summary>What a program prints; it must succeed.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {process.StandardError.ReadToEnd()}");
        return output;
    }
}
