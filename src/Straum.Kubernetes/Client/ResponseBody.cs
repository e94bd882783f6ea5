using System.IO.Pipelines;

namespace Straum.Kubernetes.Client;

/// <summary>
/// The body of an answer that is read while it arrives, with a deadline, so that a connection whose other end
/// silently went away is not waited on for ever.
/// </summary>
internal sealed class ResponseBody : IAsyncDisposable
{
    private readonly string _operation;
    private readonly HttpResponseMessage _response;
    private readonly PipeReader _pipe;
    private readonly TimeSpan _patience;
    private readonly bool _untilProgress;
    private readonly CancellationTokenSource _deadline;

    /// <param name="operation">Method and path, for errors.</param>
    /// <param name="response">Owned from here on.</param>
    /// <param name="stream">The response's content.</param>
    /// <param name="patience">How long to wait: for the next bytes, or for the end of everything.</param>
    /// <param name="untilProgress">The clock starts anew whenever bytes arrive.</param>
    /// <param name="time">The clock.</param>
    public ResponseBody(
        string operation, HttpResponseMessage response, Stream stream, TimeSpan patience, bool untilProgress, TimeProvider time)
    {
        (_operation, _response, _patience, _untilProgress) = (operation, response, patience, untilProgress);
        _deadline = new CancellationTokenSource(patience, time);
        _pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, minimumReadSize: 8 * 1024));
    }

    /// <summary>Throws <see cref="KubernetesException"/> when the connection breaks or the deadline passes.</summary>
    public async ValueTask<ReadResult> ReadAsync(CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _deadline.Token);
        try
        {
            var read = await _pipe.ReadAsync(either.Token).ConfigureAwait(false);
            if (_untilProgress)
            {
                _deadline.CancelAfter(_patience);
            }
            return read;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw Fault($"silent for {_patience.TotalSeconds:0} s", "the connection is half-open or the server hangs");
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new KubernetesException(_operation, e.GetBaseException().Message.TrimEnd('.'), "", e);
        }
    }

    /// <inheritdoc cref="PipeReader.AdvanceTo(SequencePosition, SequencePosition)"/>
    public void AdvanceTo(SequencePosition consumed, SequencePosition examined) => _pipe.AdvanceTo(consumed, examined);

    public KubernetesException Fault(string reason, string hint) => new(_operation, reason, hint);

    public KubernetesException Fault(ApiStatus status) => new(_operation, status);

    public async ValueTask DisposeAsync()
    {
        await _pipe.CompleteAsync().ConfigureAwait(false);
        _response.Dispose();
        _deadline.Dispose();
    }
}
