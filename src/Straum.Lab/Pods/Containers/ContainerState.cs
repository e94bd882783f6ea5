using Straum.Lab.Processes;

namespace Straum.Lab.Pods.Containers;

/// <summary>What a container's status says at one moment. Immutable: the worker replaces it, the status writer reads it.</summary>
public sealed record ContainerState
{
    public required string Name { get; init; }

    public string Image { get; init; } = "";

    /// <summary>Why it does not run, as kubectl shows it; null while it runs or after it ended for good.</summary>
    public WaitingState? Waiting { get; init; } = new("ContainerCreating", "");

    /// <summary>When the running process was started; null while none runs.</summary>
    public DateTimeOffset? RunningSince { get; init; }

    /// <summary>How the last run ended; null before the first end.</summary>
    public TerminatedState? Terminated { get; init; }

    /// <summary>Starts after the first one.</summary>
    public int Restarts { get; init; }

    /// <summary>The startup probe succeeded, or there is none and the process runs.</summary>
    public bool Started { get; init; }

    /// <summary>The readiness probe succeeds, or there is none and the process runs.</summary>
    public bool Ready { get; init; }

    public bool IsRunning => RunningSince is not null;

    /// <summary>Ended and not to be started again.</summary>
    public bool IsFinished => !IsRunning && Waiting is null && Terminated is not null;
}

/// <summary>state.waiting.</summary>
public sealed record WaitingState(string Reason, string Message);

/// <summary>state.terminated.</summary>
public sealed record TerminatedState(ProcessExit Exit, DateTimeOffset StartedAt, DateTimeOffset FinishedAt)
{
    /// <summary>The reason that kubelets give.</summary>
    public string Reason => Exit.Succeeded ? "Completed" : "Error";
}
