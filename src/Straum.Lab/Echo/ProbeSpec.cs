using System.Net;

namespace Straum.Lab.Echo;

/// <summary>How <c>straum probe</c> asks.</summary>
public enum ProbeProtocol
{
    /// <summary>One GET on a connection of its own.</summary>
    Http,

    /// <summary>One line on a connection of its own.</summary>
    Tcp,

    /// <summary>One datagram from a socket of its own.</summary>
    Udp,

    /// <summary>Only the TCP handshake: for servers that are not <c>straum echo</c>.</summary>
    Connect,
}

/// <summary>One target to probe.</summary>
/// <param name="Protocol">How to ask.</param>
/// <param name="Target">Whom to ask.</param>
public sealed record ProbeSpec(ProbeProtocol Protocol, IPEndPoint Target)
{
    /// <summary>Attempts, each on a new socket. At least 1.</summary>
    public int Count { get; init; } = 1;

    /// <summary>How long one attempt may take, from connect to the last byte of the answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Pause between attempts.</summary>
    public TimeSpan Interval { get; init; }

    /// <summary>The local address to ask from; null leaves it to the kernel.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Bytes of answer to ask for; an answer of another size counts as unanswered. 0 = as it comes.</summary>
    public int AnswerSize { get; init; }

    /// <summary>Bytes to send in a line or a datagram, at least what the question needs.</summary>
    public int RequestSize { get; init; }

    /// <summary>
    /// UDP only: sends from a socket that is not connected, so that the address is translated per datagram (sendmsg,
    /// recvmsg) rather than once (connect). An answer that seems to come from another address counts as unanswered.
    /// </summary>
    public bool Unconnected { get; init; }

    /// <summary>Makes the sockets; null for this process's own network namespace.</summary>
    public OpenSocket? Open { get; init; }
}
