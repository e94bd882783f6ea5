using System.Net.Sockets;

namespace Straum.Lab.Echo;

/// <summary>Makes a socket somewhere: a socket stays in the network namespace that it was made in, whoever uses it afterwards.</summary>
public delegate Socket OpenSocket(AddressFamily family, SocketType type, ProtocolType protocol);
