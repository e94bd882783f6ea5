using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Straum.Cli.Terminal;

/// <summary>
/// How the daemons log: one line per entry, as <c>2026-11-21T11:37:07.730Z info node: programmed …</c>, with the levels in the
/// words of <c>log.level</c> and the part of the program that speaks. An exception follows on the same line, in full.
/// </summary>
internal sealed class LogLines(TimeProvider clock) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "straum";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var part = logEntry.Category[(logEntry.Category.LastIndexOf('.') + 1)..];
        var line = $"{clock.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {WordOf(logEntry.LogLevel)} {part}: {text}";
        if (logEntry.Exception is { } exception)
        {
            line += $": {exception}";
        }
        // A formatter ends its lines itself, whatever they hold.
        textWriter.Write(line.ReplaceLineEndings(" "));
        textWriter.Write('\n');
    }

    private static string WordOf(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => "error",
        LogLevel.Warning => "warning",
        LogLevel.Information => "info",
        _ => "debug",
    };
}

internal static class LogLinesBuilder
{
    /// <summary>Logs to the console in the form of <see cref="LogLines"/>.</summary>
    public static ILoggingBuilder AddLogLines(this ILoggingBuilder logging)
    {
        // Not by AddConsoleFormatter, which binds options by reflection.
        logging.Services.AddSingleton<ConsoleFormatter>(new LogLines(TimeProvider.System));
        return logging.AddConsole(static console => console.FormatterName = LogLines.FormatterName);
    }
}
