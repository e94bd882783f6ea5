using System.Net;

namespace Straum.Control.Addressing;

/// <summary>An address that was given back and is not given out again before <paramref name="Until"/>.</summary>
public readonly record struct QuarantinedAddress(IPAddress Address, DateTimeOffset Until);
