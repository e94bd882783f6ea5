using System.Diagnostics;
using Straum.Linux;

namespace Straum.Lab.Processes;

/// <summary>
/// A running process of the lab: one that this program started, or one that an earlier supervisor started and this one
/// adopted. It does not end with the program that started it.
/// </summary>
public sealed class LabProcess
{
    private const int Sigkill = 9;
    private const int Sigterm = 15;

    private LabProcess(ProcessIdentity identity, DateTimeOffset startedAt, Task<ProcessExit> exited)
    {
        Identity = identity;
        StartedAt = startedAt;
        Exited = exited;
    }

    public ProcessIdentity Identity { get; }

    public DateTimeOffset StartedAt { get; }

    /// <summary>Completes when the process has ended; never fails.</summary>
    public Task<ProcessExit> Exited { get; }

    /// <summary>
    /// Starts a process in its namespace and cgroup. A program that does not exist is no exception here: the process ends
    /// with exit code 127 and says so in its output, as a container of that kind would.
    /// </summary>
    /// <param name="networkNamespace">Name or path of the namespace; null for the caller's own.</param>
    /// <param name="spec">What to start.</param>
    /// <exception cref="LinuxException">The namespace is gone, or the shell that starts the program cannot be started.</exception>
    public static LabProcess Start(string? networkNamespace, ProcessSpec spec)
    {
        if (spec.OutputFile is { } file)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        }
        using var ns = networkNamespace is null ? NetworkNamespace.Current() : NetworkNamespace.Open(networkNamespace);
        var process = NamespacedProcess.Start(ns, spec);
        // A process that is over already has no start time to read; its identity then matches nothing, which is right.
        var identity = ProcessIdentity.Read(process.Id) ?? new ProcessIdentity(process.Id, 0);
        return new LabProcess(identity, DateTimeOffset.UtcNow, WaitAsync());

        async Task<ProcessExit> WaitAsync()
        {
            using (process)
            {
                await process.WaitForExitAsync();
                return new ProcessExit(process.ExitCode);
            }
        }
    }

    /// <summary>Takes over a process that somebody else started; null when it has ended. Its exit code cannot be known.</summary>
    public static LabProcess? Adopt(ProcessIdentity identity, DateTimeOffset startedAt)
    {
        if (!identity.IsAlive)
        {
            return null;
        }
        try
        {
            return new LabProcess(identity, startedAt, WaitAsync(Process.GetProcessById(identity.Pid)));
        }
        catch (ArgumentException)
        {
            return null;
        }

        static async Task<ProcessExit> WaitAsync(Process process)
        {
            using (process)
            {
                await process.WaitForExitAsync();
                return new ProcessExit(null);
            }
        }
    }

    /// <summary>Asks the process to end; does nothing when it has.</summary>
    public void Terminate() => Send(Sigterm);

    /// <summary>Ends the process at once; does nothing when it has ended. Its children go on.</summary>
    public void Kill() => Send(Sigkill);

    private void Send(int signal)
    {
        if (Identity.IsAlive)
        {
            NamespacedProcess.Signal(Identity.Pid, signal);
        }
    }
}
