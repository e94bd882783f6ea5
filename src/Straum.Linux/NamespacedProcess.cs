using System.ComponentModel;
using System.Diagnostics;
using Straum.Linux.Interop;

namespace Straum.Linux;

/// <summary>A program running in a network namespace and, if wanted, a control group. Disposing forgets it; it does not end it.</summary>
public sealed class NamespacedProcess : IDisposable
{
    // $1 is the control group's member file or empty, $2 the output file or empty, the rest the command line. The shell
    // moves itself and is then replaced by the program, so the program keeps its process id and never runs outside.
    private const string Launcher =
        """
        if [ -n "$1" ]; then echo $$ >"$1" || exit 126; fi
        if [ -n "$2" ]; then exec >>"$2" 2>&1 </dev/null || exit 126; fi
        shift 2
        command -v "$1" >/dev/null || { echo "straum: run $1: there is no such program on this host" >&2; exit 127; }
        exec "$@"
        """;

    private readonly Process _process;

    private NamespacedProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>After the program ended; 126 when it could not enter its control group, 128 + n when signal n ended it.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Only without <see cref="ProcessSpec.OutputFile"/>.</summary>
    public StreamReader StandardOutput => _process.StandardOutput;

    /// <inheritdoc cref="StandardOutput"/>
    public StreamReader StandardError => _process.StandardError;

    /// <inheritdoc cref="StandardOutput"/>
    public StreamWriter StandardInput => _process.StandardInput;

    /// <exception cref="LinuxException">The program cannot be started: ENOENT, EACCES.</exception>
    public static NamespacedProcess Start(NetworkNamespace within, ProcessSpec spec)
    {
        if (spec.FileName is "")
        {
            // The runtime has an exception of another kind for it.
            throw new LinuxException("process start", "''", Errno.ENOENT, $"in {within}");
        }
        var start = StartInfo(spec);
        try
        {
            // A child is born into the namespace of the thread that forks it.
            var process = within.Run(() => Process.Start(start))!;
            Join(spec.ControlGroup, process.Id);
            return new NamespacedProcess(process);
        }
        catch (Win32Exception e)
        {
            // The runtime gives no number for a directory; execve(2) has this one.
            throw new LinuxException("process start", spec.FileName, e.NativeErrorCode is 0 ? Errno.EACCES : (Errno)e.NativeErrorCode, $"in {within}");
        }
    }

    /// <summary>Runs a program to its end and returns its exit code and output, for tools that say one thing and stop.</summary>
    public static (int ExitCode, string Output, string Error) Run(NetworkNamespace within, string fileName, params IEnumerable<string> arguments)
    {
        using var process = Start(within, new ProcessSpec { FileName = fileName, Arguments = [.. arguments] });
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process._process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    }

    public Task WaitForExitAsync(CancellationToken cancellation = default) => _process.WaitForExitAsync(cancellation);

    /// <summary>Returns <c>false</c> when the program did not end in time.</summary>
    public bool WaitForExit(TimeSpan timeout) => _process.WaitForExit(timeout);

    /// <summary>Sends a signal, such as 15 to ask for an orderly end. Returns <c>false</c> when the program has ended.</summary>
    public bool Signal(int signal) => !_process.HasExited && Signal(_process.Id, signal);

    /// <summary>Sends a signal to any process. Returns <c>false</c> when there is none of that id.</summary>
    public static bool Signal(int pid, int signal)
    {
        if (Libc.kill(pid, signal) == 0)
        {
            return true;
        }
        var failure = LinuxException.FromLastError("kill", $"{pid} signal {signal}");
        return failure.Errno == Errno.ESRCH ? false : throw failure;
    }

    /// <summary>Ends the program at once. Its own children go on; <see cref="ControlGroup.Kill"/> ends all.</summary>
    public void Kill() => _process.Kill();

    public void Dispose() => _process.Dispose();

    /// <summary>
    /// The launcher joins by itself, before the program runs; it is moved from here too, so that it is a member when
    /// <see cref="Start"/> returns, and one who then ends the group ends it.
    /// </summary>
    private static void Join(ControlGroup? group, int pid)
    {
        try
        {
            group?.AddProcess(pid);
        }
        catch (LinuxException e) when (e.Errno is Errno.ESRCH or Errno.ENOENT or Errno.ENODEV)
        {
            // It has ended already, or its group has; its exit code says which.
        }
    }

    private static ProcessStartInfo StartInfo(ProcessSpec spec)
    {
        var pipes = spec.OutputFile is null && !spec.KeepTerminal;
        var start = new ProcessStartInfo
        {
            WorkingDirectory = spec.WorkingDirectory ?? "",
            RedirectStandardInput = pipes,
            RedirectStandardOutput = pipes,
            RedirectStandardError = pipes,
        };
        List<string> command = spec.NewSession ? ["setsid", spec.FileName, .. spec.Arguments] : [spec.FileName, .. spec.Arguments];
        if (spec.ControlGroup is not null || spec.OutputFile is not null)
        {
            command = ["/bin/sh", "-c", Launcher, "straum", spec.ControlGroup?.MembersFile ?? "", spec.OutputFile ?? "", .. command];
        }
        start.FileName = command[0];
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }
        if (spec.CleanEnvironment)
        {
            start.Environment.Clear();
        }
        foreach (var (name, value) in spec.Environment)
        {
            start.Environment[name] = value;
        }
        return start;
    }
}
