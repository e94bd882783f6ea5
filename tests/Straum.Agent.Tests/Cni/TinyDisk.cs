using System.Diagnostics;

namespace Straum.Agent.Cni;

/// <summary>A file system of 64 KiB mounted on a directory, to be filled. Unmounted when disposed.</summary>
internal sealed class TinyDisk : IDisposable
{
    private readonly string _directory;

    public TinyDisk(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
        Run("mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "straum-t", directory);
    }

    private string Filler => Path.Combine(_directory, "filler");

    /// <summary>Takes every free block; the last block of a file there may still have room.</summary>
    public void Fill()
    {
        using var file = File.OpenHandle(Filler, FileMode.Create, FileAccess.Write);
        var block = new byte[4096];
        try
        {
            for (var offset = 0L; ; offset += block.Length)
            {
                RandomAccess.Write(file, block, offset);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Empty() => File.Delete(Filler);

    public void Dispose() => Run("umount", "-l", _directory);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0);
    }
}
