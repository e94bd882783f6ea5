namespace Straum.Doctor.Dns;

/// <summary>What to ask a name server.</summary>
/// <param name="Name">Absolute; the final dot may be left out.</param>
/// <param name="Type">The kind of record.</param>
public sealed record DnsQuestion(string Name, DnsType Type);
