using Straum.Linux.Bpf;
using Xunit;

namespace Straum.Testing;

/// <summary>
/// Skips that are checked claims: a test goes without what the kernel lacks, but fails where the kernel is new enough to
/// have it, because then the probe or the code is wrong.
/// </summary>
public static class Requires
{
    /// <summary>The running kernel's version.</summary>
    public static Version RunningKernel { get; } = Environment.OSVersion.Version;

    public static void Feature(Feature feature)
    {
        if (feature.IsSupported)
        {
            return;
        }
        if (RunningKernel >= feature.MinimumKernel)
        {
            Assert.Fail($"{feature.Name} is in Linux since {feature.MinimumKernel}, this is {RunningKernel}, and the probe says {feature.State}");
        }
        Assert.Skip($"{feature.Name} needs Linux {feature.MinimumKernel}, this is {RunningKernel}");
    }

    /// <summary>For what no probe can tell: that an older kernel does the same thing in another way.</summary>
    /// <param name="minimum">The first release that does what the test expects.</param>
    /// <param name="what">What it does.</param>
    public static void Kernel(Version minimum, string what)
    {
        if (RunningKernel < minimum)
        {
            Assert.Skip($"{what} since Linux {minimum}, this is {RunningKernel}");
        }
    }
}
