using Straum.Agent.Metrics;
using Straum.Control.Addressing;

namespace Straum.Agent.Tests.Metrics;

public sealed class MetricsTextTests
{
    [Fact]
    public void Text_IsAsPrometheusReadsIt()
    {
        var histogram = new Histogram();
        histogram.Record(TimeSpan.FromMilliseconds(1));
        histogram.Record(TimeSpan.FromMilliseconds(30));
        histogram.Record(TimeSpan.FromSeconds(11));

        var lines = new MetricsText().Gauge("straum_pods", "Pods.", 3).Counter("straum_x_total", "X.", 1.5, ("a", "b\"c\\d\ne"))
            .Head("straum_s", "S.", "histogram").Histogram("straum_s", histogram.Read(), "kind", "Service").ToString().Split('\n');

        lines[..6].ShouldBe(["# HELP straum_pods Pods.", "# TYPE straum_pods gauge", "straum_pods 3",
            "# HELP straum_x_total X.", "# TYPE straum_x_total counter", "straum_x_total{a=\"b\\\"c\\\\d\\ne\"} 1.5"]);
        lines.ShouldContain("straum_s_bucket{kind=\"Service\",le=\"0.001\"} 1");
        lines.ShouldContain("straum_s_bucket{kind=\"Service\",le=\"0.05\"} 2");
        lines.ShouldContain("straum_s_bucket{kind=\"Service\",le=\"10\"} 2");
        lines.ShouldContain("straum_s_bucket{kind=\"Service\",le=\"+Inf\"} 3");
        lines.ShouldContain("straum_s_count{kind=\"Service\"} 3");
        lines[^1].ShouldBe("");
    }

    // It waits for all other lists, and for whatever else the agent does at its start.
    [Fact]
    public void Latency_OfWhatWasListedAtTheStart_IsNoChanges()
    {
        var clock = new ManualClock();
        var latency = new ProgrammingLatency(clock);
        Array.ForEach(["Node", "Service", "EndpointSlice"], latency.Arrived);
        clock.Advance(TimeSpan.FromSeconds(30));
        using (var half = latency.Take())
        {
            half.Programmed("Service", "EndpointSlice");
        }
        latency.Arrived("Service");
        clock.Advance(TimeSpan.FromMilliseconds(3));
        using (var whole = latency.Take())
        {
            whole.Programmed();
        }

        var (kind, reading) = latency.Read().ShouldHaveSingleItem();
        (kind, reading.Count).ShouldBe(("Service", 1));
        reading.Longest.ShouldBe(0.003, 1e-9);
    }

    [Fact]
    public void Latency_OfTheFirstObjectOfAKind_Counts()
    {
        var clock = new ManualClock();
        var latency = new ProgrammingLatency(clock);
        latency.Arrived("Node");
        using (var first = latency.Take())
        {
            first.Programmed();
        }

        latency.Arrived("Service");
        using (var second = latency.Take())
        {
            second.Programmed();
        }

        latency.Read().ShouldHaveSingleItem().Kind.ShouldBe("Service");
    }

    [Fact]
    public void Latency_OfAPassThatFailed_CountsFromTheFirstEvent()
    {
        var clock = new ManualClock();
        var latency = new ProgrammingLatency(clock);
        using (var first = latency.Take())
        {
            first.Programmed();
        }
        latency.Arrived("Service");
        clock.Advance(TimeSpan.FromMilliseconds(20));
        latency.Arrived("Service");
        latency.Arrived("Node");
        using (var failed = latency.Take())
        {
            failed.Programmed("EndpointSlice");
        }
        clock.Advance(TimeSpan.FromMilliseconds(20));

        using (var half = latency.Take())
        {
            half.Programmed("Service", "EndpointSlice");
        }
        latency.Read().Select(k => k.Kind).ShouldBe(["Service"], "the Node's part was not reached");
        clock.Advance(TimeSpan.FromMilliseconds(20));
        using (var whole = latency.Take())
        {
            whole.Programmed();
        }

        latency.Read().First(k => k.Kind == "Node").Reading.Longest.ShouldBe(0.04, 1e-9);
        var (kind, reading) = latency.Read().First(k => k.Kind == "Service");
        (kind, reading.Count).ShouldBe(("Service", 1));
        reading.Longest.ShouldBe(0.04, 1e-9);
        reading.Quantile(0.99).ShouldBe(0.04, 1e-9);
    }
}
