namespace Grpc.Core;

/// <summary>Messages in the order in which they arrive. One read at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last successful <see cref="MoveNext"/> read.</summary>
    T Current { get; }

    /// <summary>Reads the next message; <see langword="false"/> when the stream has ended.</summary>
    /// <param name="cancellationToken">Cancels the call, not only this read.</param>
    /// <exception cref="RpcException">The call failed.</exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>Messages in the order in which they are sent. One write at a time.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>For the writes from here on; <see langword="null"/> for the defaults.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Sends a message.</summary>
    Task WriteAsync(T message);

    /// <summary>Sends a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Cancels the call, not only this write.</param>
    /// <exception cref="NotSupportedException">The token can be cancelled and this stream cannot follow it.</exception>
    Task WriteAsync(T message, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled
            ? throw new NotSupportedException("Cancellation of stream writes is not supported by this gRPC implementation.")
            : WriteAsync(message);
}

/// <summary>The messages that a client sends in one call.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Tells the server that there are no more messages. Call it once, after the last write.</summary>
    Task CompleteAsync();
}

/// <summary>The messages that a server sends in one call. The stream ends when the method returns.</summary>
/// <typeparam name="T">The message.</typeparam>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>
{
}

/// <summary>Reads without a cancellation token.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>Reads the next message; <see langword="false"/> when the stream has ended.</summary>
    /// <typeparam name="T">The message.</typeparam>
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return streamReader.MoveNext(CancellationToken.None);
    }
}
