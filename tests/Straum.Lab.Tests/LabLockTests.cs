using Straum.Lab.ApiServer;
using Straum.Lab.Processes;

namespace Straum.Lab;

/// <summary>The lock itself, on files of the tests' own: whoever runs them may have a lab.</summary>
public sealed class LabLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string File => _directory.File("lab.lock");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Acquire_WhatAnotherHas_NamesItsProcess_AndTakesItAfterwards()
    {
        var told = new TaskCompletionSource<string>();
        var first = await LabLock.AcquireAsync(File, null, Stop);
        var second = LabLock.AcquireAsync(File, told.SetResult, Stop);
        (await told.Task.WaitAsync(Stop)).ShouldBe($"{RunningProcess.Read(Environment.ProcessId)} builds, removes or tests a lab (it holds {File}); waiting for it");
        first.Dispose();
        (await second).Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Acquire_StoppedWhileItWaits_IsACancellation(bool beforehand)
    {
        using var first = await LabLock.AcquireAsync(File, null, Stop);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        if (beforehand)
        {
            await stop.CancelAsync();
        }
        await Should.ThrowAsync<OperationCanceledException>(LabLock.AcquireAsync(File, _ => stop.Cancel(), stop.Token));
    }
}
