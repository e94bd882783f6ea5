using Straum.Cli.Commands;
using Straum.Lab;

namespace Straum.Cli.Tests.Commands;

public sealed class LabStatusCommandTests
{
    [Theory]
    [InlineData(true, 0, false, "a user's, until straum lab down")]
    [InlineData(false, 0, false, "nobody's: none of its processes runs")]
    [InlineData(true, 7, true, "that of process 7 (tests -class X), which removes it when it ends")]
    [InlineData(false, 7, false, "nobody's: process 7, which it was built for, has ended")]
    public void WhoseIs_SaysWhoMayTakeIt(bool inUse, int owner, bool running, string expected) =>
        LabStatusCommand.WhoseIs(new LabStatus(
            "running", 3, "native", DateTimeOffset.UnixEpoch, "", inUse,
            owner == 0 ? null : new LabOwner(owner, running ? "tests -class X" : null, running), null, [])).ShouldBe(expected);
}
