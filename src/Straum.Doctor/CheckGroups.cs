namespace Straum.Doctor;

/// <summary>How groups are written for people.</summary>
public static class CheckGroups
{
    extension(CheckGroup group)
    {
        public string Heading => group switch
        {
            CheckGroup.Cpu => "CPU",
            CheckGroup.Dns => "DNS",
            _ => group.ToString(),
        };
    }
}
