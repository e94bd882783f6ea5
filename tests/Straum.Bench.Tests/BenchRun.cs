using System.Text;
using Straum.Bench.Bed;
using Straum.Linux;

namespace Straum.Bench;

/// <summary>
/// The benchmark as a program of its own that leads a process group, as a shell starts it. Disposing ends it and removes
/// what it made.
/// </summary>
internal sealed class BenchRun : IDisposable
{
    /// <summary>How its last line ends while another process holds the lab's lock.</summary>
    public const string Waiting = "waiting for it\n";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly NamespacedProcess _process;
    private readonly StringBuilder _said = new();
    private readonly Task _reading;

    public BenchRun(params IEnumerable<string> arguments)
    {
        using var here = NetworkNamespace.Current();
        _process = NamespacedProcess.Start(here, new ProcessSpec
        {
            // Whoever runs the tests in the background has SIGINT ignored, and all that it starts inherits that.
            FileName = "env",
            Arguments = ["--default-signal=INT", Path.Combine(AppContext.BaseDirectory, "Straum.Bench"), .. arguments],
            NewSession = true,
        });
        _reading = Task.WhenAll(ReadAsync(_process.StandardError), ReadAsync(_process.StandardOutput));
    }

    public int Id => _process.Id;

    /// <summary>What it has printed so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>The processes of the bed that run a program.</summary>
    public static IReadOnlyList<int> Running(string program) =>
        ControlGroup.TryOpen(BedNames.ControlGroup, out var group) ? [.. Processes(group).Where(pid => CommandLineOf(pid).Contains(program, StringComparison.Ordinal))] : [];

    /// <summary>What lies around of any run.</summary>
    public static IReadOnlyList<string> Leftovers() =>
    [
        .. NetworkNamespace.List().Where(static n => n.StartsWith(BedNames.NamespacePrefix, StringComparison.Ordinal)),
        .. new[] { BedNames.Root, BedNames.BpfRoot, Path.Combine(ControlGroup.Mount, BedNames.ControlGroup) }.Where(Directory.Exists),
        .. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(static name => int.TryParse(name, out _))
            .Select(static pid => CommandLineOf(int.Parse(pid!)))
            .Where(static line => line.Contains(Programs.Meter, StringComparison.Ordinal) || line.Contains(BedNames.Root, StringComparison.Ordinal)),
    ];

    /// <summary>Waits for something to be so while the benchmark runs; for as long as it takes while others have a lab.</summary>
    public async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!condition())
        {
            _process.HasExited.ShouldBeFalse(Said);
            if (Said.EndsWith(Waiting, StringComparison.Ordinal))
            {
                limit.CancelAfter(Patience);
            }
            limit.IsCancellationRequested.ShouldBeFalse(Said);
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>As Ctrl-C at a terminal: to the benchmark and to all of its process group.</summary>
    public void Interrupt() => NamespacedProcess.Signal(-Id, 2);

    /// <summary>To the benchmark alone.</summary>
    public void Signal(int signal) => NamespacedProcess.Signal(Id, signal);

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> EndAsync()
    {
        using var limit = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(limit.Token);
        await _reading.WaitAsync(limit.Token);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            BedNames.RemoveEverything();
        }
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_said)
            {
                _said.Append(line).Append('\n');
            }
        }
    }

    private static IEnumerable<int> Processes(ControlGroup group) => group.Processes().Concat(group.Children().SelectMany(Processes));

    private static string CommandLineOf(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return ""; // it has ended
        }
    }
}
