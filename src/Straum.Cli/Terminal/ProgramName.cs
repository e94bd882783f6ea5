namespace Straum.Cli.Terminal;

/// <summary>How this program was called, for commands to paste: <c>straum</c>, or <c>bin/straum</c> where it is not in the PATH.</summary>
internal static class ProgramName
{
    private const string Own = "straum";

    public static string AsTyped { get; } = Read();

    private static string Read()
    {
        try
        {
            // Environment has the path of the file in place of the word.
            var word = File.ReadAllText("/proc/self/cmdline").Split('\0')[0];
            return Path.GetFileName(word) == Own ? word : Own;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Own;
        }
    }
}
