using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Straum.Cli.Terminal;

namespace Straum.Cli.Tests.Terminal;

public sealed class LogLinesTests
{
    [Theory]
    [InlineData(LogLevel.Error, "error")]
    [InlineData(LogLevel.Warning, "warning")]
    [InlineData(LogLevel.Information, "info")]
    [InlineData(LogLevel.Debug, "debug")]
    public void Entry_OfEachLevel_IsALineInTheWordsOfTheConfiguration(LogLevel level, string word) =>
        LineOf(level, "Straum.Agent.Cni.PodAttachments", "attached default/web", null).ShouldBe($"2026-11-21T11:37:07.730Z {word} PodAttachments: attached default/web\n");

    [Fact]
    public void Entry_WithAnExceptionOfManyLines_IsOneLine() =>
        LineOf(LogLevel.Error, "node", "pass failed", new IOException("one\ntwo"))
            .ShouldBe("2026-11-21T11:37:07.730Z error node: pass failed: System.IO.IOException: one two\n");

    private static string LineOf(LogLevel level, string category, string text, Exception? exception)
    {
        var output = new StringWriter();
        new LogLines(new StoppedClock()).Write(new LogEntry<string>(level, category, new EventId(1937671311), text, exception, static (state, _) => state), null, output);
        return output.ToString();
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 21, 11, 37, 7, 730, TimeSpan.Zero);
    }
}
