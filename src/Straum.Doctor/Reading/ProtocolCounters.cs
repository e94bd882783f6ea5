namespace Straum.Doctor.Reading;

/// <summary><c>/proc/net/snmp</c> and <c>/proc/net/netstat</c>: pairs of lines, names and then values, both headed <c>Tcp:</c>.</summary>
internal sealed class ProtocolCounters
{
    private readonly Dictionary<string, long> _values = [];

    /// <param name="files">Their contents; one that is not there adds nothing.</param>
    public ProtocolCounters(params IEnumerable<string?> files)
    {
        foreach (var text in files.OfType<string>())
        {
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i + 1 < lines.Length; i += 2)
            {
                var names = NumberFields.Split(lines[i]);
                foreach (var (name, value) in names.Zip(NumberFields.Split(lines[i + 1])).Skip(1))
                {
                    _values[names[0] + name] = NumberFields.Parse(value);
                }
            }
        }
    }

    /// <param name="name"><c>Tcp:RetransSegs</c>; 0 when the kernel has no such counter.</param>
    public long this[string name] => _values.GetValueOrDefault(name);

    /// <summary>There was a file to read.</summary>
    public bool Any => _values.Count > 0;
}
