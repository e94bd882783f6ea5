namespace Straum.Lab.Echo;

/// <summary>
/// What <c>straum echo</c> answers, one JSON object: an HTTP body, a line on TCP or a datagram.
/// </summary>
/// <param name="Pod">Who answered: POD_NAME, or the host name.</param>
/// <param name="Node">The node it runs on: NODE_NAME, or empty.</param>
/// <param name="Protocol">http, tcp or udp.</param>
/// <param name="Address">The local address that the request reached, after every translation on its way.</param>
/// <param name="Port">The local port that the request reached.</param>
/// <param name="Source">The source address that the server saw.</param>
/// <param name="SourcePort">The source port that the server saw.</param>
/// <param name="Received">Bytes in the request: the datagram, the line or the HTTP body.</param>
/// <param name="Pad">Fills the answer up to the size that the request asked for; null when it asked for none.</param>
public sealed record EchoAnswer(
    string Pod, string Node, string Protocol, string Address, int Port, string Source, int SourcePort, int Received, string? Pad = null);
