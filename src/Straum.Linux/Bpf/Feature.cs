namespace Straum.Linux.Bpf;

/// <summary>
/// Something that newer kernels can do. Whether this one can is found by trying, never by its version: distributions
/// backport and leave out. Only a conclusive answer is kept.
/// </summary>
public sealed class Feature
{
    private readonly Func<FeatureSupport> _probe;
    private volatile FeatureSupport _known;

    internal Feature(string name, Version minimumKernel, Func<FeatureSupport> probe)
    {
        Name = name;
        MinimumKernel = minimumKernel;
        _probe = probe;
    }

    public string Name { get; }

    /// <summary>The first mainline version that has it; some need a configuration option besides.</summary>
    public Version MinimumKernel { get; }

    public FeatureSupport State
    {
        get
        {
            if (_known == FeatureSupport.Unknown)
            {
                _known = _probe();
            }
            return _known;
        }
    }

    public bool IsSupported => State == FeatureSupport.Supported;

    /// <summary>Goes on unless the feature is known to be missing: a doubtful operation shows its own error.</summary>
    /// <exception cref="FeatureMissingException">It is missing.</exception>
    public void Require(string operation, string subject)
    {
        if (State == FeatureSupport.NotSupported)
        {
            throw new FeatureMissingException(Name, MinimumKernel, operation, subject, Errno.EOPNOTSUPP);
        }
    }

    public override string ToString() => $"{Name}: {State} (Linux {MinimumKernel})";
}
