using System.Net;
using Straum.Lab.Pods.Probing;
using Straum.Lab.Pods.Sandboxes;

namespace Straum.Lab.Pods;

/// <summary>What the pods of one node share.</summary>
/// <param name="Name">The node.</param>
/// <param name="Addresses">Its InternalIPs, primary family first.</param>
/// <param name="NetworkNamespace">Path of its network namespace.</param>
/// <param name="SearchPath">PATH of its containers.</param>
/// <param name="Sandboxes">Makes and removes pods' networks.</param>
/// <param name="Store">What the pods hold.</param>
/// <param name="Prober">Probes from the node.</param>
/// <param name="Api">Where status goes.</param>
/// <param name="Log">The supervisor's log.</param>
internal sealed record NodeEnvironment(
    string Name, IReadOnlyList<IPAddress> Addresses, string NetworkNamespace, string SearchPath,
    SandboxManager Sandboxes, SandboxStore Store, Prober Prober, IPodApi Api, Action<string> Log);
