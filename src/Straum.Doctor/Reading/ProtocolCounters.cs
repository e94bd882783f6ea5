namespace Straum.Doctor.Reading;

/// <summary>
/// <c>/proc/net/snmp</c> and <c>/proc/net/netstat</c>: pairs of lines, names and then values, both headed <c>Tcp:</c>; and
/// <c>/proc/net/snmp6</c>: a name and a value on each line.
/// </summary>
internal sealed class ProtocolCounters
{
    private readonly Dictionary<string, long> _values = [];

    /// <param name="files">Their contents; one that is not there adds nothing.</param>
    public ProtocolCounters(params IEnumerable<string?> files)
    {
        foreach (var text in files.OfType<string>())
        {
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i < lines.Length; i++)
            {
                var names = NumberFields.Split(lines[i]);
                if (!names[0].EndsWith(':'))
                {
                    _values[names[0]] = NumberFields.Parse(names[1]);
                    continue;
                }
                if (++i == lines.Length)
                {
                    break;
                }
                foreach (var (name, value) in names.Zip(NumberFields.Split(lines[i])).Skip(1))
                {
                    _values[names[0] + name] = NumberFields.Parse(value);
                }
            }
        }
    }

    /// <param name="name"><c>Tcp:RetransSegs</c>, <c>Udp6InDatagrams</c>; 0 when the kernel has no such counter.</param>
    public long this[string name] => _values.GetValueOrDefault(name);

    /// <summary>There was a file to read.</summary>
    public bool Any => _values.Count > 0;
}
