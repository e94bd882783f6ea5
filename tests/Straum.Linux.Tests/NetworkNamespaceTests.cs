using Straum.Linux.Netlink;

namespace Straum.Linux;

public sealed class NetworkNamespaceTests
{
    [Fact]
    public void Create_NewName_IsSeenByIpNetns()
    {
        using var test = new TestNamespace();
        var (code, output, _) = NamespacedProcess.Run(test, "ip", "netns", "list");
        code.ShouldBe(0);
        output.ShouldContain(test.Name);
    }

    [Fact]
    public void Create_NameTaken_SaysExists()
    {
        using var test = new TestNamespace();
        Should.Throw<LinuxException>(() => NetworkNamespace.Create(test.Name)).Errno.ShouldBe(Errno.EEXIST);
    }

    [Theory]
    [InlineData("straum-t-absent")]
    [InlineData("/proc/self/environ")]
    [InlineData("/proc/self/environ/x")]
    [InlineData("/proc/self/ns/mnt")]
    public void TryOpen_OfWhatIsNoNetworkNamespace_IsFalse(string path) =>
        NetworkNamespace.TryOpen(path, out _).ShouldBeFalse();

    [Fact]
    public void TryOpen_OfANamespace_OpensIt()
    {
        using var test = new TestNamespace();
        NetworkNamespace.TryOpen(test.Name, out var found).ShouldBeTrue();
        using (found)
        {
            found!.Inode.ShouldBe(test.Namespace.Inode);
        }
    }

    [Fact]
    public void Create_ManyAtOnce_AllAreThereAndApart()
    {
        var made = new TestNamespace[20];
        try
        {
            Parallel.For(0, made.Length, i => made[i] = new TestNamespace());
            made.Select(m => m.Namespace.Inode).Distinct().Count().ShouldBe(made.Length);
            made.ShouldAllBe(m => NetworkNamespace.Exists(m.Name));
        }
        finally
        {
            Array.ForEach(made, m => m?.Dispose());
        }
    }

    [Fact]
    public void Run_Exception_FlowsBackToCaller() =>
        Should.Throw<InvalidOperationException>(() =>
        {
            using var test = new TestNamespace();
            test.Namespace.Run(() => throw new InvalidOperationException("inside"));
        }).Message.ShouldBe("inside");

    [Fact]
    public void Run_InsideNamespace_SeesItsInodeAndLeavesCallerAlone()
    {
        using var test = new TestNamespace();
        using var before = NetworkNamespace.Current();
        test.Namespace.Run(() =>
        {
            using var inside = NetworkNamespace.Current();
            return inside.Inode;
        }).ShouldBe(test.Namespace.Inode);
        using var after = NetworkNamespace.Current();
        after.Inode.ShouldBe(before.Inode);
        after.Inode.ShouldNotBe(test.Namespace.Inode);
    }

    [Fact]
    public void Cookie_TwoNamespaces_Differ()
    {
        using var one = new TestNamespace();
        using var two = new TestNamespace();
        one.Namespace.Cookie.ShouldNotBe(two.Namespace.Cookie);
        one.Namespace.Cookie.ShouldBe(one.Namespace.Cookie);
    }

    [Fact]
    public void Delete_Absent_IsFalse()
    {
        NetworkNamespace.Delete("straum-t-absent").ShouldBeFalse();
        Should.Throw<LinuxException>(() => NetworkNamespace.Open("straum-t-absent")).Errno.ShouldBe(Errno.ENOENT);
    }

    [Fact]
    public void OpenProcess_ChildInNamespace_IsTheSame()
    {
        using var test = new TestNamespace();
        using var sleeper = NamespacedProcess.Start(test, new ProcessSpec { FileName = "sleep", Arguments = ["60"] });
        using var seen = NetworkNamespace.OpenProcess(sleeper.Id);
        seen.Inode.ShouldBe(test.Namespace.Inode);
        sleeper.Kill();
    }
}
