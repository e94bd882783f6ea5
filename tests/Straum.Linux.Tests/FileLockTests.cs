using System.Diagnostics;

namespace Straum.Linux;

public sealed class FileLockTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void HolderOf_AFileThatIsLocked_IsTheProcess_AndNobodyBeforeAndAfter()
    {
        FileLock.HolderOf(_file).ShouldBeNull();
        using (new FileStream(_file, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            FileLock.HolderOf(_file).ShouldBe(Environment.ProcessId);
        }
        FileLock.HolderOf(_file).ShouldBeNull();
        FileLock.HolderOf(_file + ".absent").ShouldBeNull();
    }

    [Fact]
    public void HolderOf_AFileThatOthersWaitFor_IsWhoHasIt()
    {
        using var locked = new FileStream(_file, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        using var waiting = Process.Start("flock", [_file, "true"]);
        try
        {
            SpinWait.SpinUntil(() => File.ReadLines("/proc/locks").Any(l => l.Contains($"-> FLOCK  ADVISORY  WRITE {waiting.Id} ", StringComparison.Ordinal)), TimeSpan.FromSeconds(10)).ShouldBeTrue();
            FileLock.HolderOf(_file).ShouldBe(Environment.ProcessId);
        }
        finally
        {
            waiting.Kill();
            waiting.WaitForExit();
        }
    }
}
