using Straum.Lab.ApiServer;
using Straum.Lab.Processes;

namespace Straum.Lab.Traffic;

/// <summary>What the tests' fixture does with labs of others, without one: the lock and the record are the tests' own.</summary>
public sealed class TakeMachineTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(300);

    private readonly TemporaryDirectory _directory = new();

    private string LockFile => _directory.File("lab.lock");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Lab_ThatIsInUse_IsWaitedForOnce_AndThenFailsTheTestsByItsName()
    {
        var told = new List<string>();
        var failure = await Should.ThrowAsync<TimeoutException>(LabFixture.TakeMachineAsync(LockFile, () => Record(ProcessIdentity.Self), Soon, told.Add, Stop));
        const string Reason = "a lab of 3 nodes, native routing is in use on this machine (straum lab status says whose it is), and the tests need their own; waiting for: straum lab down";
        told.ShouldBe([Reason]);
        failure.Message.ShouldBe($"these tests need a lab of their own, and could build none within {Soon}: {Reason}");
        (await LabLock.AcquireAsync(LockFile, null, Stop)).Dispose();
    }

    [Fact]
    public async Task Lock_ThatAnotherHas_FailsTheTestsByTheNameOfItsProcess()
    {
        using var other = await LabLock.AcquireAsync(LockFile, null, Stop);
        (await Should.ThrowAsync<TimeoutException>(LabFixture.TakeMachineAsync(LockFile, () => null, Soon, _ => { }, Stop)))
            .Message.ShouldContain($": {RunningProcess.Read(Environment.ProcessId)} builds, removes or tests a lab");
    }

    [Fact]
    public async Task Lab_OfATestRunThatWasKilled_IsNobodys()
    {
        var killed = LabProcess.Start(null, new() { FileName = "sleep", Arguments = ["600"], OutputFile = "/dev/null" });
        Record(killed.Identity).IsInUse.ShouldBeTrue();
        killed.Kill();
        await killed.Exited.WaitAsync(Stop);
        (await LabFixture.TakeMachineAsync(LockFile, () => Record(killed.Identity), Soon, _ => { }, Stop)).Dispose();
    }

    private static LabRecord Record(ProcessIdentity owner) => new()
    {
        Nodes = 3,
        Mode = LabMode.Native,
        Programs = "/nowhere",
        CreatedAt = DateTimeOffset.UnixEpoch,
        OwnerPid = owner.Pid,
        OwnerStartTicks = owner.StartTicks,
    };
}
