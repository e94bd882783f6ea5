using System.Text;

namespace Straum.Agent.Cni;

public sealed class AppendLogTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("straum-t-").FullName;

    private string LogPath => Path.Combine(_directory, "state/x.journal");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Lines_Appended_AreReadBackInOrder()
    {
        using (var log = AppendLog.Open(LogPath, out var before, out _))
        {
            before.ShouldBeEmpty();
            log.Append("one");
            log.Append("zwei ü");
            await log.WhenDurableAsync(log.Append("three"));
        }

        Read().ShouldBe(("one,zwei ü,three", 0));
    }

    [Fact]
    public void File_CutAnywhere_LosesOnlyTheLineThatWasCut()
    {
        using (var log = AppendLog.Open(LogPath, out _, out _))
        {
            log.Append("first");
            log.Append("second");
        }
        var whole = File.ReadAllBytes(LogPath);
        var firstEnd = Array.IndexOf(whole, (byte)'\n') + 1;
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(LogPath, whole[..length]);

            using (var log = AppendLog.Open(LogPath, out var lines, out _))
            {
                // The last byte of a line is its line feed, and without it the line is whole all the same.
                lines.ShouldBe(length < firstEnd - 1 ? [] : length < whole.Length - 1 ? ["first"] : ["first", "second"]);
                log.Append("after");
            }
            Read().Lines.ShouldEndWith("after");
        }
    }

    [Fact]
    public void Line_Damaged_IsLeftOutAndCounted()
    {
        using (var log = AppendLog.Open(LogPath, out _, out _))
        {
            log.Append("first");
            log.Append("second");
            log.Append("third");
        }
        File.WriteAllText(LogPath, File.ReadAllText(LogPath).Replace("second", "sEcond"));

        Read().ShouldBe(("first,third", 1));
    }

    [Fact]
    public void Garbage_InPlaceOfAFile_IsCountedAndWrittenBehind()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(LogPath)!);
        File.WriteAllBytes(LogPath, [0, 1, 2, 255, .. "\n\n0000000\n00000000 x\nzzzzzzzz y"u8]);

        using (var log = AppendLog.Open(LogPath, out var lines, out var damaged))
        {
            lines.ShouldBeEmpty();
            damaged.ShouldBe(4);
            log.Append("good");
        }

        Read().Lines.ShouldBe("good");
    }

    [Fact]
    public async Task Rewrite_ReplacesTheFileAndMakesAllDurable()
    {
        using (var log = AppendLog.Open(LogPath, out _, out _))
        {
            long last = 0;
            for (var i = 0; i < 100; i++)
            {
                last = log.Append($"old {i}");
            }
            log.Rewrite(["new"]);
            log.Lines.ShouldBe(1);
            await log.WhenDurableAsync(last);
            log.Append("after");
        }

        Read().ShouldBe(("new,after", 0));
        Directory.GetFiles(Path.GetDirectoryName(LogPath)!).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Writers_ManyAtOnce_AllBecomeDurable()
    {
        const int writers = 50, each = 20;
        using (var log = AppendLog.Open(LogPath, out _, out _))
        {
            await Task.WhenAll(Enumerable.Range(0, writers).Select(w => Task.Run(async () =>
            {
                for (var i = 0; i < each; i++)
                {
                    await log.WhenDurableAsync(log.Append($"{w} {i}"));
                }
            })));
        }

        var (lines, damaged) = Read();
        damaged.ShouldBe(0);
        lines.Split(',').Distinct().Count().ShouldBe(writers * each);
    }

    [Fact]
    public void Bytes_OfALine_AreAsDocumented()
    {
        using (var log = AppendLog.Open(LogPath, out _, out _))
        {
            log.Append("123456789");
        }

        // The check value of CRC-32C (RFC 3720 §B.4).
        Encoding.ASCII.GetString(File.ReadAllBytes(LogPath)).ShouldBe("e3069283 123456789\n");
    }

    /// <summary>The lines, joined by commas.</summary>
    private (string Lines, int Damaged) Read()
    {
        using var log = AppendLog.Open(LogPath, out var lines, out var damaged);
        return (string.Join(',', lines), damaged);
    }
}
