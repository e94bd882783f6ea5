using System.Text.Json.Nodes;
using Straum.Lab.ApiServer.CustomResources;
using Straum.Lab.ApiServer.Schemas;
using Straum.Lab.ApiServer.Services;
using Straum.Lab.ApiServer.Tables;
using Straum.Lab.ApiServer.Workloads;

namespace Straum.Lab.ApiServer.Resources;

/// <summary>The kinds that are served from the start, in the order in which discovery lists them.</summary>
internal static class BuiltinResources
{
    private static readonly string[] All = ["all"];
    private static readonly string[] Extensions = ["api-extensions"];

    public static IEnumerable<ApiResource> Create(ServiceAddresses addresses) =>
        [.. Core(addresses), .. Apps(), .. Network(), .. Stored(), .. Reviews()];

    private static IEnumerable<ApiResource> Core(ServiceAddresses addresses) =>
    [
        new()
        {
            Group = "", Version = "v1", Plural = "namespaces", Kind = "Namespace", ShortNames = ["ns"], Namespaced = false,
            HasStatus = true, NameRule = NameRule.Label,
            Schema = Of("Namespace"), Strategy = new NamespaceStrategy(), Table = CoreTables.Namespaces,
            SelectableFields = Fields("status.phase"),
        },
        new()
        {
            Group = "", Version = "v1", Plural = "nodes", Kind = "Node", ShortNames = ["no"], Namespaced = false,
            HasStatus = true,
            Schema = Of("Node"), Strategy = new NodeStrategy(), Table = CoreTables.Nodes,
            SelectableFields = Fields("spec.unschedulable"),
        },
        new()
        {
            Group = "", Version = "v1", Plural = "pods", Kind = "Pod", ShortNames = ["po"], Categories = All,
            HasStatus = true,
            Schema = Of("Pod"), Strategy = new PodStrategy(), Table = CoreTables.Pods,
            SelectableFields = Fields(
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
                "status.phase", "status.podIP", "status.nominatedNodeName"),
        },
        new()
        {
            Group = "", Version = "v1", Plural = "services", Kind = "Service", ShortNames = ["svc"], Categories = All,
            HasStatus = true, NameRule = NameRule.ServiceLabel,
            Schema = Of("Service"), Strategy = new ServiceStrategy(addresses), Table = CoreTables.Services,
            SelectableFields = Fields("spec.clusterIP", "spec.type"),
        },
        new()
        {
            Group = "", Version = "v1", Plural = "endpoints", Kind = "Endpoints", Singular = "endpoints",
            ListKind = "EndpointsList", ShortNames = ["ep"],
            Schema = Of("Endpoints"), Table = CoreTables.Endpoints,
        },
        new()
        {
            Group = "", Version = "v1", Plural = "configmaps", Kind = "ConfigMap", ShortNames = ["cm"],
            Schema = Of("ConfigMap"), Strategy = new ConfigMapStrategy(), Table = CoreTables.ConfigMaps,
        },
        new()
        {
            Group = "", Version = "v1", Plural = "secrets", Kind = "Secret",
            Schema = Of("Secret"), Strategy = new SecretStrategy(), Table = CoreTables.Secrets,
            SelectableFields = Fields("type"),
        },
        new()
        {
            Group = "", Version = "v1", Plural = "serviceaccounts", Kind = "ServiceAccount", ShortNames = ["sa"],
            Schema = Of("ServiceAccount"), Table = CoreTables.ServiceAccounts,
        },
        new()
        {
            Group = "", Version = "v1", Plural = "events", Kind = "Event", ShortNames = ["ev"],
            Schema = Of("Event"), Table = CoreTables.Events,
            SelectableFields = EventFields("involvedObject", "source", "reportingComponent"), HasOtherVersions = true,
        },
        new()
        {
            Group = "", Version = "v1", Plural = "persistentvolumes", Kind = "PersistentVolume", ShortNames = ["pv"],
            Namespaced = false, HasStatus = true,
            Schema = Of("PersistentVolume"),
        },
        new()
        {
            Group = "", Version = "v1", Plural = "persistentvolumeclaims", Kind = "PersistentVolumeClaim",
            ShortNames = ["pvc"], HasStatus = true,
            Schema = Of("PersistentVolumeClaim"),
        },
        new()
        {
            Group = "", Version = "v1", Plural = "resourcequotas", Kind = "ResourceQuota", ShortNames = ["quota"],
            HasStatus = true,
            Schema = Of("ResourceQuota"),
        },
        new()
        {
            Group = "", Version = "v1", Plural = "limitranges", Kind = "LimitRange", ShortNames = ["limits"],
            Schema = Of("LimitRange"),
        },
    ];

    private static IEnumerable<ApiResource> Apps() =>
    [
        new()
        {
            Group = "apps", Version = "v1", Plural = "deployments", Kind = "Deployment", ShortNames = ["deploy"],
            Categories = All, HasStatus = true, TracksGeneration = true, Scale = ScalePaths.Workload,
            Schema = Of("Deployment"), Strategy = new DeploymentStrategy(), Table = WorkloadTables.Deployments,
        },
        new()
        {
            Group = "apps", Version = "v1", Plural = "replicasets", Kind = "ReplicaSet", ShortNames = ["rs"],
            Categories = All, HasStatus = true, TracksGeneration = true, Scale = ScalePaths.Workload,
            Schema = Of("ReplicaSet"), Strategy = WorkloadStrategy.ReplicaSet, Table = WorkloadTables.ReplicaSets,
        },
        new()
        {
            Group = "apps", Version = "v1", Plural = "daemonsets", Kind = "DaemonSet", ShortNames = ["ds"],
            Categories = All, HasStatus = true, TracksGeneration = true,
            Schema = Of("DaemonSet"), Strategy = WorkloadStrategy.DaemonSet, Table = WorkloadTables.DaemonSets,
        },
        new()
        {
            Group = "apps", Version = "v1", Plural = "statefulsets", Kind = "StatefulSet", ShortNames = ["sts"],
            Categories = All, HasStatus = true, TracksGeneration = true, Scale = ScalePaths.Workload,
            Schema = Of("StatefulSet"), Strategy = WorkloadStrategy.StatefulSet, Table = WorkloadTables.StatefulSets,
        },
        new()
        {
            Group = "apps", Version = "v1", Plural = "controllerrevisions", Kind = "ControllerRevision",
            Schema = Of("ControllerRevision"),
        },
    ];

    private static IEnumerable<ApiResource> Network() =>
    [
        new()
        {
            Group = "events.k8s.io", Version = "v1", Plural = "events", Kind = "Event", ShortNames = ["ev"],
            Schema = Of("Event.events"), Table = CoreTables.Events,
            SelectableFields = EventFields("regarding", "deprecatedSource", "reportingController"), StorageKey = "events",
            Converter = new EventConverter(), HasOtherVersions = true,
        },
        new()
        {
            Group = "discovery.k8s.io", Version = "v1", Plural = "endpointslices", Kind = "EndpointSlice",
            TracksGeneration = true,
            Schema = Of("EndpointSlice"), Strategy = new EndpointSliceStrategy(), Table = NetworkTables.EndpointSlices,
        },
        new()
        {
            Group = "coordination.k8s.io", Version = "v1", Plural = "leases", Kind = "Lease",
            AllowsUnconditionalUpdate = false,
            Schema = Of("Lease"), Table = NetworkTables.Leases,
        },
        new()
        {
            Group = "networking.k8s.io", Version = "v1", Plural = "networkpolicies", Kind = "NetworkPolicy",
            ShortNames = ["netpol"], TracksGeneration = true,
            Schema = Of("NetworkPolicy"), Table = NetworkTables.NetworkPolicies, Strategy = new NetworkPolicyStrategy(),
        },
        new()
        {
            Group = "networking.k8s.io", Version = "v1", Plural = "ingresses", Kind = "Ingress", ShortNames = ["ing"],
            HasStatus = true, TracksGeneration = true,
            Schema = Of("Ingress"), Table = NetworkTables.Ingresses,
        },
        new()
        {
            Group = "networking.k8s.io", Version = "v1", Plural = "ingressclasses", Kind = "IngressClass",
            Namespaced = false, TracksGeneration = true,
            Schema = Of("IngressClass"), Table = NetworkTables.IngressClasses,
        },
    ];

    private static IEnumerable<ApiResource> Stored() =>
    [
        new()
        {
            Group = "policy", Version = "v1", Plural = "poddisruptionbudgets", Kind = "PodDisruptionBudget",
            ShortNames = ["pdb"], HasStatus = true, TracksGeneration = true,
            Schema = Of("PodDisruptionBudget"), Table = OtherTables.PodDisruptionBudgets,
        },
        new()
        {
            Group = "rbac.authorization.k8s.io", Version = "v1", Plural = "clusterroles", Kind = "ClusterRole",
            Namespaced = false, NameRule = NameRule.PathSegment,
            Schema = Of("ClusterRole"), Table = TableLayout.NameAndCreated,
        },
        new()
        {
            Group = "rbac.authorization.k8s.io", Version = "v1", Plural = "clusterrolebindings",
            Kind = "ClusterRoleBinding", Namespaced = false, NameRule = NameRule.PathSegment,
            Schema = Of("ClusterRoleBinding"), Table = OtherTables.RoleBindings,
        },
        new()
        {
            Group = "rbac.authorization.k8s.io", Version = "v1", Plural = "roles", Kind = "Role",
            NameRule = NameRule.PathSegment,
            Schema = Of("Role"), Table = TableLayout.NameAndCreated,
        },
        new()
        {
            Group = "rbac.authorization.k8s.io", Version = "v1", Plural = "rolebindings", Kind = "RoleBinding",
            NameRule = NameRule.PathSegment,
            Schema = Of("RoleBinding"), Table = OtherTables.RoleBindings,
        },
        new()
        {
            Group = "scheduling.k8s.io", Version = "v1", Plural = "priorityclasses", Kind = "PriorityClass",
            ShortNames = ["pc"], Namespaced = false, TracksGeneration = true,
            Schema = Of("PriorityClass"), Table = OtherTables.PriorityClasses,
        },
        new()
        {
            Group = "storage.k8s.io", Version = "v1", Plural = "storageclasses", Kind = "StorageClass", ShortNames = ["sc"],
            Namespaced = false,
            Schema = Of("StorageClass"),
        },
        new()
        {
            Group = "batch", Version = "v1", Plural = "jobs", Kind = "Job", Categories = All, HasStatus = true,
            TracksGeneration = true,
            Schema = Of("Job"),
        },
        new()
        {
            Group = "batch", Version = "v1", Plural = "cronjobs", Kind = "CronJob", ShortNames = ["cj"], Categories = All,
            HasStatus = true, TracksGeneration = true,
            Schema = Of("CronJob"),
        },
        new()
        {
            Group = "apiextensions.k8s.io", Version = "v1", Plural = "customresourcedefinitions",
            Kind = "CustomResourceDefinition", ShortNames = ["crd", "crds"], Categories = Extensions, Namespaced = false,
            HasStatus = true, TracksGeneration = true,
            Schema = Of("CustomResourceDefinition"), Strategy = new CustomResourceDefinitionStrategy(),
            Table = TableLayout.NameAndCreated,
        },
    ];

    private static IEnumerable<ApiResource> Reviews() =>
    [
        new()
        {
            Group = "authentication.k8s.io", Version = "v1", Plural = "tokenreviews", Kind = "TokenReview",
            Namespaced = false, IsReview = true,
            Schema = Of("TokenReview"),
        },
        new()
        {
            Group = "authentication.k8s.io", Version = "v1", Plural = "selfsubjectreviews", Kind = "SelfSubjectReview",
            Namespaced = false, IsReview = true,
            Schema = Of("SelfSubjectReview"),
        },
        new()
        {
            Group = "authorization.k8s.io", Version = "v1", Plural = "subjectaccessreviews", Kind = "SubjectAccessReview",
            Namespaced = false, IsReview = true,
            Schema = Of("SubjectAccessReview"),
        },
        new()
        {
            Group = "authorization.k8s.io", Version = "v1", Plural = "selfsubjectaccessreviews",
            Kind = "SelfSubjectAccessReview", Namespaced = false, IsReview = true,
            Schema = Of("SelfSubjectAccessReview"),
        },
        new()
        {
            Group = "authorization.k8s.io", Version = "v1", Plural = "selfsubjectrulesreviews",
            Kind = "SelfSubjectRulesReview", Namespaced = false, IsReview = true,
            Schema = Of("SelfSubjectRulesReview"),
        },
    ];

    private static Schema Of(string type) => SchemaCatalog.Builtin.Kind(type);

    private static Dictionary<string, Func<JsonObject, string>> Fields(params string[] paths) =>
        paths.ToDictionary(path => path, path =>
        {
            var steps = path.Split('.');
            return (Func<JsonObject, string>)(obj => obj.At(steps)?.ToString() ?? (path is "spec.unschedulable" or "spec.hostNetwork" ? "false" : ""));
        });

    // Event selectors name the fields of the version they come with; the stored form is that of core v1.
    private static Dictionary<string, Func<JsonObject, string>> EventFields(string regarding, string source, string reporter)
    {
        var fields = Fields("reason", "type");
        foreach (var name in (ReadOnlySpan<string>)["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"])
        {
            var field = name;
            fields[$"{regarding}.{field}"] = stored => stored.Text("involvedObject", field) ?? "";
        }
        fields[source == "source" ? "source" : $"{source}.component"] = stored => stored.Text("source", "component") ?? stored.Text("reportingComponent") ?? "";
        fields[reporter] = stored => stored.Text("reportingComponent") ?? "";
        return fields;
    }
}
