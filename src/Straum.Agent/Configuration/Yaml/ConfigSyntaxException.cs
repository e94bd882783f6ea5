namespace Straum.Agent.Configuration.Yaml;

/// <summary>Text that is not YAML, or a part of YAML that configuration does not use.</summary>
internal sealed class ConfigSyntaxException(string message, int line, int column) : Exception(message)
{
    public int Line { get; } = line;

    public int Column { get; } = column;
}
