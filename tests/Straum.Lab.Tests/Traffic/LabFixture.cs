using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Straum.Kubernetes;
using Straum.Kubernetes.Client;
using Straum.Kubernetes.Objects;
using Straum.Lab.Check;
using Straum.Lab.Processes;
using Straum.Linux;

namespace Straum.Lab.Traffic;

/// <summary>
/// A running lab for the tests of one collection: built before the first, removed after the last. There is one lab on a
/// machine, so a fixture waits while another test run, or a person, has one, and holds the lock as long as it has its own.
/// </summary>
public abstract class LabFixture : IAsyncLifetime
{
    private static readonly TimeSpan HealingLimit = TimeSpan.FromMinutes(1);

    /// <summary>A lab of a person may stay for hours; a test run does not wait that long.</summary>
    private static readonly TimeSpan PatienceForOthers = TimeSpan.FromMinutes(10);

    private readonly LabSpec _spec;
    private LabLock? _lock;
    private KubernetesClient? _client;

    protected LabFixture(LabSpec spec) => _spec = spec;

    public static LabPaths Paths { get; } = new(FindPrograms());

    public KubernetesClient Client => _client ?? throw new InvalidOperationException("the lab is not up");

    public LabSpec Spec => _spec;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Builds and removes labs that belong to this test run.</summary>
    public LabCluster Cluster => new(Paths) { Owner = ProcessIdentity.Self, Held = _lock };

    /// <summary>Does what a person's <c>lab up</c> and <c>down</c> do.</summary>
    public LabCluster PersonsCluster => new(Paths) { Held = _lock };

    public virtual async ValueTask InitializeAsync()
    {
        await TakeMachineAsync();
        await Cluster.UpAsync(_spec, withSample: true, new Progress<LabStep>(), Stop);
        _client = await ApiAccess.TryConnectAsync(Stop) ?? throw new InvalidOperationException("the lab's API server does not answer");
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_lock is not null)
        {
            try
            {
                await Cluster.DownAsync(force: false, null, CancellationToken.None);
            }
            finally
            {
                _lock.Dispose();
            }
        }
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes the lock at a moment when nobody has a lab.</summary>
    protected async Task TakeMachineAsync() =>
        _lock = await TakeMachineAsync(LabPaths.LockFile, LabRecord.Read, PatienceForOthers, reason => Console.Error.WriteLine($"Straum.Lab.Tests: {reason}"), Stop);

    /// <summary>
    /// Waits until the lock is free and no lab is in use, and holds the lock then. Takes nothing from anybody: a lab that is
    /// still in use after <paramref name="patience"/> fails the tests. What a killed test run left is nobody's, and is
    /// removed by whoever builds next (<see cref="LabRecord.IsInUse"/>).
    /// </summary>
    /// <param name="lockFile">The lab's lock.</param>
    /// <param name="read">The lab of the machine.</param>
    /// <param name="patience">How long to wait for others, all in all.</param>
    /// <param name="tell">Told once of each thing that is waited for.</param>
    /// <param name="stop">Ends the wait.</param>
    internal static async Task<LabLock> TakeMachineAsync(string lockFile, Func<LabRecord?> read, TimeSpan patience, Action<string> tell, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(patience);
        var reason = "";
        try
        {
            while (true)
            {
                var taken = await LabLock.AcquireAsync(lockFile, Tell, limit.Token);
                if (read() is not { IsInUse: true } other)
                {
                    return taken;
                }
                taken.Dispose();
                Tell($"a lab of {other.Spec} is in use on this machine (straum lab status says whose it is), and the tests need their own; waiting for: straum lab down");
                await Task.Delay(TimeSpan.FromMilliseconds(250), limit.Token);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            throw new TimeoutException($"these tests need a lab of their own, and could build none within {patience}: {reason}");
        }

        void Tell(string news)
        {
            if (news != reason)
            {
                tell(reason = news);
            }
        }
    }

    /// <summary>Runs kubectl against the lab; fails the test when kubectl does.</summary>
    public static async Task<string> KubectlAsync(string arguments, string manifest = "")
    {
        var (exitCode, output, error) = await Kubectl.RunAsync(manifest, Stop, arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        exitCode.ShouldBe(0, $"kubectl {arguments}: {error}");
        return output;
    }

    /// <summary>Runs a command inside a pod's, a node's or another place's network namespace. Returns its output; fails the test when it fails.</summary>
    public static string Exec(string place, string command, params string[] arguments)
    {
        using var ns = NetworkNamespace.Open(LabPlace.Find(place).NetworkNamespace);
        var (exitCode, output, error) = NamespacedProcess.Run(ns, command, arguments);
        exitCode.ShouldBe(0, $"{command} {string.Join(' ', arguments)} in {place}: {error}{output}");
        return output;
    }

    /// <summary>The pods of a label that are ready and not on their way out, by name.</summary>
    public async Task<Pod[]> ReadyPodsAsync(string app)
    {
        var (pods, _) = await Client.ListAllAsync(Kinds.Pods, new Selection { Namespace = "default", LabelSelector = $"app={app}" }, Stop);
        return [.. pods.Where(p => p.Ready && !p.Terminating).OrderBy(p => p.Name)];
    }

    /// <summary>One pod as the API has it, or null.</summary>
    public async Task<JsonElement?> PodAsync(string name)
    {
        try
        {
            JsonObject json = await Client.GetJsonAsync(Kinds.Pods, new NamespacedName("default", name), Stop);
            return JsonElement.Parse(json.ToJsonString());
        }
        catch (KubernetesException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Fails with what is red in the matrix.</summary>
    public async Task<CheckReport> MatrixShouldBeGreenAsync()
    {
        var report = await new ReachabilityCheck(Paths, LabCluster.Running(), Client).RunAsync(null, Stop);
        FaultsOf(report).ShouldBeEmpty();
        return report;
    }

    /// <summary>After a fault: the matrix is green within a minute, without help.</summary>
    public async Task MatrixShouldHealAsync()
    {
        var started = Stopwatch.GetTimestamp();
        string[] faults;
        do
        {
            faults = FaultsOf(await new ReachabilityCheck(Paths, LabCluster.Running(), Client).RunAsync(null, Stop));
        }
        while (faults.Length > 0 && Stopwatch.GetElapsedTime(started) < HealingLimit);
        faults.ShouldBeEmpty();
    }

    private static string[] FaultsOf(CheckReport report) =>
    [
        .. report.Problems,
        .. report.Cells.SelectMany(c => c.Failures.Select(f => $"{c.Path} IPv{c.Family} {c.Protocol}: {f.From} to {f.To} {f.Target}: {f.Reason}")),
    ];

    /// <summary>Waits until something holds, and says what it was when it does not come true in time.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> holds, TimeSpan? limit = null)
    {
        var started = Stopwatch.GetTimestamp();
        var patience = limit ?? TimeSpan.FromSeconds(30);
        while (!await holds())
        {
            Stopwatch.GetElapsedTime(started).ShouldBeLessThan(patience, what);
            await Task.Delay(TimeSpan.FromMilliseconds(20), Stop);
        }
    }

    /// <summary>The lab's own process of a name, as its supervisor recorded it.</summary>
    public static LabProcessStatus Process(string name) => LabStatus.Read().Processes.Single(p => p.Name == name);

    // The lab runs the programs that `make build` made: these tests are of what ships.
    private static string FindPrograms()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "straum.slnx")))
            {
                return Environment.GetEnvironmentVariable("STRAUM_PROGRAMS") ?? Path.Combine(directory.FullName, "bin");
            }
        }
        throw new InvalidOperationException("straum.slnx not found above " + AppContext.BaseDirectory);
    }
}
