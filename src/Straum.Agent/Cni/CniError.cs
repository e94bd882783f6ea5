namespace Straum.Agent.Cni;

/// <summary>Why a call was refused or failed, as the runtime shows it to its user.</summary>
/// <param name="Code">What the runtime may act on.</param>
/// <param name="Message">A short sentence.</param>
/// <param name="Details">What is behind it; may be empty.</param>
public sealed record CniError(CniErrorCode Code, string Message, string Details = "")
{
    public override string ToString() => Details.Length == 0 ? $"{Message} (CNI {(int)Code})" : $"{Message}: {Details} (CNI {(int)Code})";
}
