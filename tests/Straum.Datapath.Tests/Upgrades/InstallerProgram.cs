using Straum.Datapath.Programs;

namespace Straum.Datapath.Tests.Upgrades;

/// <summary>A process that installs one build after another over the same pins until somebody kills it.</summary>
internal static class InstallerProgram
{
    public const string Argument = "installer";

    /// <param name="pins">Where the pins are.</param>
    /// <param name="builds">Folders of BPF objects, taken in turn.</param>
    public static int Run(string pins, ReadOnlySpan<string> builds)
    {
        while (true)
        {
            foreach (var build in builds)
            {
                var options = TrafficNode.Options(build, pins);
                new Installation(options, new PinLayout(pins)).Run(options.Sizes).Objects.Dispose();
                Console.WriteLine(build);
            }
        }
    }
}
