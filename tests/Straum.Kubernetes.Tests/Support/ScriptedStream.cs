using System.Threading.Channels;

namespace Straum.Kubernetes.Support;

/// <summary>A response body that a test writes piece by piece: each piece is one read at most.</summary>
public sealed class ScriptedStream : Stream
{
    private readonly Channel<byte[]> _pieces = Channel.CreateUnbounded<byte[]>();
    private ReadOnlyMemory<byte> _rest;

    public ScriptedStream Write(string text) => Write(System.Text.Encoding.UTF8.GetBytes(text));

    public ScriptedStream Write(byte[] piece)
    {
        if (piece.Length > 0)
        {
            _pieces.Writer.TryWrite(piece);
        }
        return this;
    }

    /// <summary>The body ends here; with an error, the connection breaks instead.</summary>
    public ScriptedStream End(Exception? error = null)
    {
        _pieces.Writer.TryComplete(error);
        return this;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_rest.IsEmpty)
        {
            if (_pieces.Reader.TryRead(out var piece))
            {
                _rest = piece;
            }
            else if (!await _pieces.Reader.WaitToReadAsync(cancellationToken))
            {
                return 0;
            }
        }
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }
    public override void Flush() => throw new NotSupportedException();
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
