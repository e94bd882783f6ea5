using Straum.Agent.Configuration;
using Straum.Cli.Terminal;

namespace Straum.Cli.Commands;

/// <summary>straum.yaml as every command reads it: the same words and the same exit code for the same fault.</summary>
internal static class ConfigFile
{
    /// <summary>Null after the problems have been written to <paramref name="error"/>, one a line.</summary>
    /// <param name="file">A path; <c>-</c> reads stdin; null takes the defaults.</param>
    /// <param name="error">Where the problems go.</param>
    /// <exception cref="CommandFault">There is no such file, or it cannot be read.</exception>
    public static EffectiveConfig? Read(string? file, TextWriter error)
    {
        var reading = ConfigReader.Read(file ?? "straum.yaml", TextOf(file), ConfigEnvironment.OfProcess);
        foreach (var problem in reading.Problems)
        {
            error.WriteLine(problem);
        }
        return reading.Config;
    }

    private static string TextOf(string? file) => file is null ? "" : UserFile.ReadText(file, "straum.yaml, or a ConfigMap with that key");
}
