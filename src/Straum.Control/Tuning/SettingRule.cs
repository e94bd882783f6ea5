namespace Straum.Control.Tuning;

/// <summary>When a value is good enough.</summary>
public enum SettingRule
{
    /// <summary>When it is the wanted one.</summary>
    Exactly,

    /// <summary>A number: when it is the wanted one or more. A larger value is never lowered.</summary>
    AtLeast,

    /// <summary>A list of ports: when the wanted ones are in it. Ports of others stay.</summary>
    Including,
}
