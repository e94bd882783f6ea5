namespace Straum.Doctor.Dns;

/// <summary>What a name server answered, or that it did not.</summary>
/// <param name="Code">Null when there was no answer.</param>
/// <param name="Answers">Records in the answer section.</param>
/// <param name="Took">Until the answer, or until patience ended.</param>
/// <param name="Truncated">The answer did not fit a datagram.</param>
/// <param name="Fault">Why there was no answer: no answer in time, connection refused.</param>
public sealed record DnsReply(DnsCode? Code, int Answers, TimeSpan Took, bool Truncated = false, string Fault = "")
{
    /// <summary>The server did its work: it knows the name, or knows that there is none.</summary>
    public bool IsAnswer => Code is DnsCode.NoError or DnsCode.NoSuchName;
}
