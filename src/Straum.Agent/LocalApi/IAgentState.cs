using Straum.Agent.LocalApi.Reports;

namespace Straum.Agent.LocalApi;

/// <summary>
/// What the local API tells of the agent. Each call reads the state of its moment, the kernel's included, and is made from
/// any thread, several at once. What throws becomes an answer with status 500 and the exception's message.
/// </summary>
public interface IAgentState
{
    /// <summary>Must answer even while nothing works: this is what one looks at then.</summary>
    StatusReport ReadStatus();

    /// <summary>What the kernel tables hold, with the names of the Services and pods that the last snapshot has for it.</summary>
    ServicesReport ReadServices();

    /// <inheritdoc cref="ReadServices"/>
    EndpointsReport ReadEndpoints();

    PodsReport ReadPods();

    RoutesReport ReadRoutes();

    DropsReport ReadDrops();
}
