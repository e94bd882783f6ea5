namespace Straum.Agent.Configuration.Formats;

/// <summary>Ports in the patterns of the schema, which know no numbers: without it an editor or helm takes what each agent refuses.</summary>
internal static class PortPattern
{
    /// <summary>From 1024 to 65535.</summary>
    public const string Unprivileged =
        "(102[4-9]|10[3-9][0-9]|1[1-9][0-9]{2}|[2-9][0-9]{3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])";
}
