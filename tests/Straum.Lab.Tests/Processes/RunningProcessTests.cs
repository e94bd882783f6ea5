namespace Straum.Lab.Processes;

public sealed class RunningProcessTests
{
    [Theory]
    [InlineData("/usr/local/bin/straum\0lab\0up\0", "straum lab up")]
    [InlineData("straum\0", "straum")]
    [InlineData("", null)]
    [InlineData("sh\0-c\0echo \u001b[31m\nred\0", "sh -c echo ?[31m?red")]
    public void Command_IsOneLineThatATerminalCanShow(string words, string? expected) => RunningProcess.CommandOf(words).ShouldBe(expected);

    [Fact]
    public void Command_ThatIsLong_IsCut() =>
        RunningProcess.CommandOf($"/bin/x\0{new string('a', 100)}\0").ShouldBe($"x {new string('a', 57)}…");

    [Fact]
    public void Read_OfAProcess_NamesIt_AlsoWhenItHasEnded()
    {
        RunningProcess.Read(Environment.ProcessId).ToString().ShouldMatch($@"^process {Environment.ProcessId} \(.+\)$");
        // Beyond the largest pid_max of the kernel.
        RunningProcess.Read(1 << 23).ToString().ShouldBe("process 8388608");
    }
}
