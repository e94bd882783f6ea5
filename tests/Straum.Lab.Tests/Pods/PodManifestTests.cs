using System.Net;
using System.Text.Json;
using Straum.Lab.Pods.Containers;

namespace Straum.Lab.Pods.Manifest;

public sealed class PodManifestTests
{
    private static readonly PodManifest Pod = PodManifest.Read(JsonElement.Parse("""
        {"metadata":{"name":"web-1","namespace":"shop","uid":"u1","resourceVersion":"7","labels":{"app":"web"},"annotations":{"note":"hi"}},
         "spec":{"nodeName":"n2","serviceAccountName":"robot","terminationGracePeriodSeconds":3,
           "initContainers":[{"name":"wait","command":["true"]}],
           "containers":[{"name":"main","image":"x","command":["serve"],"args":["--port","$(PORT)"],"workingDir":"/tmp",
             "ports":[{"name":"http","containerPort":8080}],
             "env":[{"name":"PORT","value":"8080"},{"name":"URL","value":"http://$(IP):$(PORT)"},
                    {"name":"IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}},
                    {"name":"IPS","valueFrom":{"fieldRef":{"fieldPath":"status.podIPs"}}},
                    {"name":"WHO","valueFrom":{"fieldRef":{"fieldPath":"metadata.namespace"}}},
                    {"name":"APP","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['app']"}}},
                    {"name":"NOTE","valueFrom":{"fieldRef":{"fieldPath":"metadata.annotations['note']"}}},
                    {"name":"HOST","valueFrom":{"fieldRef":{"fieldPath":"status.hostIP"}}}],
             "readinessProbe":{"httpGet":{"port":"http","path":"/ready"},"periodSeconds":1},
             "livenessProbe":{"tcpSocket":{"port":9},"failureThreshold":5},
             "startupProbe":{"exec":{"command":["test","-e","/x"]},"timeoutSeconds":4}}]},
         "status":{"conditions":[{"type":"PodScheduled","status":"True","lastTransitionTime":"2026-01-02T03:04:05Z"}]}}
        """));

    [Fact]
    public void Read_Pod_TakesWhatAKubeletNeeds()
    {
        Pod.Key.ToString().ShouldBe("shop/web-1");
        Pod.Uid.ShouldBe("u1");
        Pod.NodeName.ShouldBe("n2");
        Pod.GracePeriod.ShouldBe(TimeSpan.FromSeconds(3));
        Pod.RestartPolicy.ShouldBe(RestartPolicy.Always);
        Pod.Terminating.ShouldBeFalse();
        Pod.ScheduledAt.ShouldBe(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        Pod.InitContainers.Single().Name.ShouldBe("wait");
    }

    [Fact]
    public void Read_Probes_ResolveNamedPortsAndDefaults()
    {
        var main = Pod.Containers.Single();
        main.Readiness!.Action.ShouldBeOfType<ProbeAction.HttpGet>().Port.ShouldBe(8080);
        main.Readiness.Period.ShouldBe(TimeSpan.FromSeconds(1));
        main.Readiness.Timeout.ShouldBe(TimeSpan.FromSeconds(1));
        main.Liveness!.Action.ShouldBe(new ProbeAction.TcpSocket(null, 9));
        main.Liveness.FailureThreshold.ShouldBe(5);
        main.Startup!.Action.ShouldBeOfType<ProbeAction.Exec>().Command.ShouldBe(["test", "-e", "/x"]);
        main.Startup.Timeout.ShouldBe(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void Resolve_Command_ExpandsReferencesAndTheDownwardApi()
    {
        var command = ContainerCommand.Resolve(Pod, Pod.Containers[0],
            [IPAddress.Parse("172.30.0.12")], [IPAddress.Parse("10.244.2.5"), IPAddress.Parse("fd44::5")], "/straum:/bin");

        command.Arguments.ShouldBe(["serve", "--port", "8080"]);
        var env = command.Environment;
        env["PATH"].ShouldBe("/straum:/bin");
        // A reference to a variable that comes later is left as it stands.
        env["URL"].ShouldBe("http://$(IP):8080");
        env["IP"].ShouldBe("10.244.2.5");
        env["IPS"].ShouldBe("10.244.2.5,fd44::5");
        env["WHO"].ShouldBe("shop");
        env["APP"].ShouldBe("web");
        env["NOTE"].ShouldBe("hi");
        env["HOST"].ShouldBe("172.30.0.12");
        env["KUBERNETES_SERVICE_HOST"].ShouldBe("10.96.0.1");
    }

    [Fact]
    public void Read_DeletedPod_TakesTheGraceOfTheDeletion()
    {
        var pod = PodManifest.Read(JsonElement.Parse("""
            {"metadata":{"name":"a","namespace":"b","uid":"c","deletionTimestamp":"2026-01-01T00:00:00Z","deletionGracePeriodSeconds":1},
             "spec":{"terminationGracePeriodSeconds":30,"containers":[]},"status":{"phase":"Failed"}}
            """));
        (pod.Terminating, pod.GracePeriod, pod.Finished).ShouldBe((true, TimeSpan.FromSeconds(1), true));
    }
}
