using System.Text;
using Spectre.Console;

namespace Straum.Cli.Terminal;

/// <summary>
/// Where a screen writes to: lines as wide as they are, without blanks at their end. Terminals wrap what is too long by
/// themselves, and then it can be searched, and pasted in one piece.
/// </summary>
/// <param name="writer">Where to.</param>
/// <param name="terminal">Whether a person sees it at once.</param>
internal sealed class ScreenOutput(TextWriter writer, bool terminal) : IAnsiConsoleOutput
{
    /// <summary>More than any line has.</summary>
    public const int Unlimited = 10_000;

    public TextWriter Writer { get; } = new TrimmingWriter(writer);

    public bool IsTerminal => terminal;

    public int Width => Unlimited;

    public int Height => Unlimited;

    public void SetEncoding(Encoding encoding)
    {
        // The writer is open, with an encoding of its own.
    }

    private sealed class TrimmingWriter(TextWriter writer) : TextWriter
    {
        private int _blanks;

        public override Encoding Encoding => writer.Encoding;

        public override void Write(char value)
        {
            if (value == ' ')
            {
                _blanks++;
                return;
            }
            if (value is not ('\n' or '\r'))
            {
                writer.Write(new string(' ', _blanks));
            }
            _blanks = 0;
            writer.Write(value);
        }

        public override void Write(string? value)
        {
            foreach (var letter in value ?? "")
            {
                Write(letter);
            }
        }

        public override void Flush() => writer.Flush();
    }
}
