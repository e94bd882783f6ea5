using System.Globalization;
using Straum.Bench.Bed;
using Straum.Linux;

namespace Straum.Bench.Meters;

/// <summary>
/// bench/meter in a pod. Both ends of a latency run on one processor and in real time: then a request and its answer are the
/// path through the kernel and two switches of context, and not the time to wake up another processor.
/// </summary>
internal sealed class MeterProcess : IDisposable
{
    public const int EchoPort = 7000;
    public const int EchoPorts = 64;
    public const int FarEchoPort = 7200;
    public const int SinkPort = 7100;
    public const int FarSinkPort = 7300;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly NamespacedProcess _process;
    private readonly string _name;

    private MeterProcess(NamespacedProcess process, string name) => (_process, _name) = (process, name);

    /// <summary>Answers on the processor that clients run on, and on the other one.</summary>
    public static async Task<IReadOnlyList<MeterProcess>> ServeAsync(BenchPod pod) =>
    [
        await StartAsync(pod, ["-c", "0", "-r", "serve", $"{EchoPort}", $"{EchoPorts}", $"{SinkPort}"]),
        await StartAsync(pod, ["-c", "1", "-r", "serve", $"{FarEchoPort}", "1", $"{FarSinkPort}"]),
    ];

    /// <summary>Asks, slice by slice.</summary>
    public static Task<MeterProcess> AskAsync(BenchPod pod) => StartAsync(pod, ["-c", "0", "-r", "client"]);

    /// <summary>Asks like any program, without standing in anybody's way.</summary>
    public static Task<MeterProcess> WatchAsync(BenchPod pod) => StartAsync(pod, ["client"]);

    /// <summary>The load that must not notice anything; see bench/meter/steady.c.</summary>
    public static Task<MeterProcess> LoadAsync(BenchPod pod, int rate, int connections, string datagrams, params IEnumerable<string> addresses) =>
        StartAsync(pod, ["-r", "steady", $"{rate}", $"{connections}", $"{EchoPort}", datagrams, .. addresses]);

    /// <summary>Connections with one request each.</summary>
    /// <param name="target">An address, or the first of /N consecutive ones.</param>
    /// <param name="port">The first of the ports.</param>
    /// <param name="ports">How many are used in turn.</param>
    /// <param name="count">Connections.</param>
    public Task<Slice> ConnectAsync(string target, int port, int ports, int count) => SliceAsync($"connect {target} {port} {ports} {count}");

    /// <summary>Requests on one connection.</summary>
    public Task<Slice> TcpAsync(string target, int count) => SliceAsync($"tcp {target} {EchoPort} {count}");

    /// <summary>Datagrams, each answered before the next.</summary>
    public Task<Slice> UdpAsync(string target, int count) => SliceAsync($"udp {target} {EchoPort} {count}");

    /// <summary>One stream to the other processor.</summary>
    /// <returns>Gigabits per second.</returns>
    public async Task<double> StreamAsync(string target, TimeSpan duration)
    {
        var words = await AskAsync($"stream {target} {FarSinkPort} {(int)duration.TotalMilliseconds}");
        return words[0] * 8 / words[1];
    }

    /// <summary>Waits until Services accept connections: each <paramref name="step"/>-th of consecutive addresses, and the last.</summary>
    /// <returns>When the last of them did, as <see cref="System.Diagnostics.Stopwatch.GetTimestamp"/> counts.</returns>
    /// <exception cref="BenchException">They have not within a minute.</exception>
    public async Task<long> UntilAcceptedAsync(string target, int port, int step)
    {
        try
        {
            return (long)(await AskAsync($"until {target} {port} {step}").WaitAsync(Patience))[0];
        }
        catch (TimeoutException)
        {
            throw new BenchException($"{_name}: not all of {target} accept connections after {Patience.TotalSeconds:0} s");
        }
    }

    /// <summary>Ends a load and returns its numbers.</summary>
    public async Task<double[]> EndAsync()
    {
        _process.StandardInput.Close();
        return await AnswerAsync("the end of a load");
    }

    /// <summary>A line that the meter printed.</summary>
    public static double[] Numbers(string line) => [.. line.Split(' ').Select(static w => double.Parse(w, CultureInfo.InvariantCulture))];

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.Dispose();
    }

    private static async Task<MeterProcess> StartAsync(BenchPod pod, IReadOnlyList<string> arguments)
    {
        var process = pod.Machine.Start(new ProcessSpec
        {
            FileName = Programs.Meter,
            Arguments = arguments,
            ControlGroup = pod.Group,
        });
        var meter = new MeterProcess(process, $"{pod.Machine.Name}: meter {string.Join(' ', arguments)}");
        return await process.StandardOutput.ReadLineAsync() == "ready" ? meter : throw await meter.FailedAsync();
    }

    private async Task<Slice> SliceAsync(string command) => Slice.Of(await AskAsync(command));

    private async Task<double[]> AskAsync(string command)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(command);
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            throw await FailedAsync();
        }
        return await AnswerAsync(command);
    }

    private async Task<double[]> AnswerAsync(string command) => await _process.StandardOutput.ReadLineAsync() is { } line
        ? Numbers(line)
        : throw new BenchException($"{command}: {(await FailedAsync()).Message}");

    private async Task<BenchException> FailedAsync() => new($"{_name}: {(await _process.StandardError.ReadToEndAsync()).Trim()}");
}
