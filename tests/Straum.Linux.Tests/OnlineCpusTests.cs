using System.Text.RegularExpressions;

namespace Straum.Linux;

public sealed class OnlineCpusTests
{
    [Theory]
    [InlineData("0\n", 1)]
    [InlineData("0-3\n", 4)]
    [InlineData("0-3,8\n", 5)]
    [InlineData("0,2-5,7,9-10\n", 8)]
    public void List_OfRangesAndSingleOnes_IsCounted(string list, int count) => OnlineCpus.CountOf(list).ShouldBe(count);

    [Fact]
    public void Count_OfThisMachine_IsWhatTheKernelListsAndNotWhatThisProcessMayUse() =>
        OnlineCpus.Count().ShouldBe(File.ReadLines("/proc/stat").Count(static l => Regex.IsMatch(l, "^cpu[0-9]")));

    [Fact]
    public void Count_BelowARoot_IsOfTheHostThere()
    {
        var root = Directory.CreateTempSubdirectory("straum-cpus-");
        try
        {
            var list = Path.Combine(root.FullName, OnlineCpus.List);
            Directory.CreateDirectory(Path.GetDirectoryName(list)!);
            File.WriteAllText(list, "0-3,8\n");
            OnlineCpus.Count(root.FullName).ShouldBe(5);
        }
        finally
        {
            root.Delete(recursive: true);
        }
    }
}
