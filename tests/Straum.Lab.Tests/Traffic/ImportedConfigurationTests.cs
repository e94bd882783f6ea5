using Straum.Cli;
using Straum.Cli.Commands;

namespace Straum.Lab.Traffic;

/// <summary>What other programs were configured with, imported, is what the agents of a lab run with, and everything reaches everything.</summary>
[Collection(nameof(NoLab))]
public sealed class ImportedConfigurationTests(NoLab lab)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(LabMode.Vxlan, false, "cilium-1.yaml", "kube-proxy-configmap.yaml", "sysctl-1.conf")]
    [InlineData(LabMode.Native, false, "cilium-2.yaml", "kube-proxy-ipvs.yaml", "sysctl-2.conf")]
    public async Task Imported_IsALabThatWorks(LabMode mode, bool ipv6, params string[] files)
    {
        using var folder = new ApiServer.TemporaryDirectory();
        var file = Path.Combine(folder.Path, "straum.yaml");
        using var output = new StringWriter();
        (await CommandLine.RunAsync(["import", .. files.Select(static f => Path.Combine(AppContext.BaseDirectory, "Fixtures", f)), "--write", file], output, output, Stop))
            .ShouldBe(0, output.ToString());
        var spec = LabUpCommand.SpecOf(CommandLine.CreateRoot().Parse(["lab", "up", "--nodes", "2", "--config", file]), output, output).ShouldNotBeNull(output.ToString());
        spec.Mode.ShouldBe(mode);
        output.ToString().ShouldContain("left out: kubernetes.servicePort: 6443");
        try
        {
            await lab.Cluster.UpAsync(spec, withSample: true, new Progress<LabStep>(), Stop);
            using var client = await ApiAccess.TryConnectAsync(Stop);
            Check.CheckReport report;
            var started = System.Diagnostics.Stopwatch.GetTimestamp();
            do
            {
                report = await new Check.ReachabilityCheck(LabFixture.Paths, LabCluster.Running(), client.ShouldNotBeNull()).RunAsync(null, Stop);
            }
            while (!report.IsGood && System.Diagnostics.Stopwatch.GetElapsedTime(started) < TimeSpan.FromMinutes(1));
            report.IsGood.ShouldBeTrue(string.Join('\n', report.Problems.Concat(report.Cells.SelectMany(static c => c.Failures.Select(f => $"{c.Path} IPv{c.Family}: {f}")))));
            report.Cells.Any(static c => c.Family == 6).ShouldBe(ipv6);
            // What sysctl.d said of the host is what pods have.
            var pod = (await client.ListAllAsync(Kubernetes.Kinds.Pods, Kubernetes.Client.Selection.All, Stop)).Objects[0];
            LabFixture.Exec(pod.Name, "cat", "/proc/sys/net/ipv4/tcp_tw_reuse").Trim().ShouldBe("1");
        }
        finally
        {
            await lab.Cluster.DownAsync(force: false, null, Stop);
        }
    }
}
