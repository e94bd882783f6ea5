using Straum.Linux;

namespace Straum.Datapath.Programs;

/// <summary>
/// Brings programs and tables into the kernel. What a former agent pinned is taken over with all its entries, also from a
/// build with other layouts; the programs are always loaded anew and replace the attached ones link by link.
/// </summary>
public static class DatapathLoader
{
    /// <exception cref="FileNotFoundException">An object file is missing.</exception>
    /// <exception cref="LinuxException">The kernel refused a map or a program; the message has the verifier's verdict.</exception>
    public static LoadedDatapath Load(LoaderOptions options)
    {
        var pins = new PinLayout(options.PinDirectory);
        var installation = new Installation(options, pins);
        return new LoadedDatapath(pins, installation, installation.Run(options.Sizes));
    }
}
