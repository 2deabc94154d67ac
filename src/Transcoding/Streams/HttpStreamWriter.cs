using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace ServiceOrdering.Transcoding.Streams;

/// <summary>
/// Takes a server stream's responses and sends each at once, and heartbeats between them. The HTTP response begins with the
/// first of either: until then an error can be an answer of its own.
/// </summary>
internal sealed class HttpStreamWriter<TResponse>(HttpContext http, StreamForm form) : IServerStreamWriter<TResponse>, IDisposable
    where TResponse : class
{
    private readonly SemaphoreSlim _turn = new(1);
    private bool _isSilent = true;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(TResponse message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(TResponse message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        cancellationToken.ThrowIfCancellationRequested();
        var isFlushed = WriteOptions is null || !WriteOptions.Flags.HasFlag(WriteFlags.BufferHint);
        await SendAsync(output => SharedMessages.Write((IMessage)message, form, output), isFlushed, cancellationToken);
        _isSilent = false;
    }

    /// <summary>Says that the stream is alive, as often as there was nothing else to say.</summary>
    public async Task BeatAsync(TimeSpan interval, TimeProvider time, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(interval, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            if (_isSilent)
            {
                await SendAsync(output => output.Write(form.Heartbeat.Span), isFlushed: true, cancellationToken);
            }

            _isSilent = true;
        }
    }

    /// <summary>Ends a response that has begun with an error.</summary>
    public Task FailAsync(Action<IBufferWriter<byte>> writeBody) =>
        SendAsync(output => form.WriteError(writeBody, output), isFlushed: true, http.RequestAborted);

    public void Dispose() => _turn.Dispose();

    private async Task SendAsync(Action<IBufferWriter<byte>> write, bool isFlushed, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!http.Response.HasStarted)
            {
                await BeginAsync();
            }

            write(http.Response.BodyWriter);
            if (isFlushed)
            {
                await http.Response.BodyWriter.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task BeginAsync()
    {
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        http.Response.ContentType = form.ContentType;
        http.Response.Headers.CacheControl = "no-store";
        // Known to nginx and those that follow it: pass on what comes as it comes.
        http.Response.Headers["X-Accel-Buffering"] = "no";
        await http.Response.StartAsync(http.RequestAborted);
        http.Response.BodyWriter.Write(form.Opening.Span);
    }
}
