namespace Grpc.Core;

/// <summary>What a client asks of one call. Immutable: each <c>With</c> method gives a changed copy.</summary>
public struct CallOptions
{
    /// <summary>Creates options; everything has a default.</summary>
    /// <param name="headers">Request headers.</param>
    /// <param name="deadline">When the call fails if it has not completed, in UTC. No deadline when absent.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <param name="writeOptions">For the messages that the client sends.</param>
    /// <param name="propagationToken">The server call that this call is made for.</param>
    /// <param name="credentials">Added to those of the channel.</param>
    public CallOptions(
        Metadata? headers = null,
        DateTime? deadline = null,
        CancellationToken cancellationToken = default,
        WriteOptions? writeOptions = null,
        ContextPropagationToken? propagationToken = null,
        CallCredentials? credentials = null)
    {
        Headers = headers;
        Deadline = deadline;
        CancellationToken = cancellationToken;
        WriteOptions = writeOptions;
        PropagationToken = propagationToken;
        Credentials = credentials;
        IsWaitForReady = false;
    }

    /// <summary>Request headers.</summary>
    public Metadata? Headers { get; private set; }

    /// <summary>When the call fails if it has not completed, in UTC.</summary>
    public DateTime? Deadline { get; private set; }

    /// <summary>Cancels the call.</summary>
    public CancellationToken CancellationToken { get; private set; }

    /// <summary>For the messages that the client sends.</summary>
    public WriteOptions? WriteOptions { get; private set; }

    /// <summary>The server call that this call is made for.</summary>
    public ContextPropagationToken? PropagationToken { get; private set; }

    /// <summary>Credentials of this call, added to those of the channel.</summary>
    public CallCredentials? Credentials { get; private set; }

    /// <summary>Whether the call waits, up to its deadline, for a connection instead of failing when there is none.</summary>
    public bool IsWaitForReady { get; private set; }

    /// <summary>Copies these options with other <see cref="Headers"/>.</summary>
    public CallOptions WithHeaders(Metadata headers) => this with { Headers = headers };

    /// <summary>Copies these options with another <see cref="Deadline"/>.</summary>
    public CallOptions WithDeadline(DateTime deadline) => this with { Deadline = deadline };

    /// <summary>Copies these options with another <see cref="CancellationToken"/>.</summary>
    public CallOptions WithCancellationToken(CancellationToken cancellationToken) =>
        this with { CancellationToken = cancellationToken };

    /// <summary>Copies these options with other <see cref="WriteOptions"/>.</summary>
    public CallOptions WithWriteOptions(WriteOptions writeOptions) => this with { WriteOptions = writeOptions };

    /// <summary>Copies these options with another <see cref="PropagationToken"/>.</summary>
    public CallOptions WithPropagationToken(ContextPropagationToken propagationToken) =>
        this with { PropagationToken = propagationToken };

    /// <summary>Copies these options with other <see cref="Credentials"/>.</summary>
    public CallOptions WithCredentials(CallCredentials credentials) => this with { Credentials = credentials };

    /// <summary>Copies these options with another <see cref="IsWaitForReady"/>.</summary>
    public CallOptions WithWaitForReady(bool waitForReady = true) => this with { IsWaitForReady = waitForReady };
}

/// <summary>What a writer asks of one message.</summary>
[Flags]
public enum WriteFlags
{
    /// <summary>The message may wait for the next one before it is sent.</summary>
    BufferHint = 0x1,

    /// <summary>The message is sent as it is, even in a call that compresses.</summary>
    NoCompress = 0x2,
}

/// <summary>How messages are written.</summary>
public class WriteOptions
{
    /// <summary>No flags.</summary>
    public static readonly WriteOptions Default = new();

    /// <summary>Creates options.</summary>
    public WriteOptions(WriteFlags flags = default) => Flags = flags;

    /// <summary>What is asked of each message.</summary>
    public WriteFlags Flags { get; }
}

/// <summary>
/// Ties client calls to the server call on whose behalf they are made, so that they end with it.
/// From <see cref="ServerCallContext.CreatePropagationToken"/>.
/// </summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken()
    {
    }
}

/// <summary>Which properties of a server call pass on to the client calls made for it.</summary>
public class ContextPropagationOptions
{
    /// <summary>Everything passes on.</summary>
    public static readonly ContextPropagationOptions Default = new();

    /// <summary>Creates options.</summary>
    public ContextPropagationOptions(bool propagateDeadline = true, bool propagateCancellation = true)
    {
        IsPropagateDeadline = propagateDeadline;
        IsPropagateCancellation = propagateCancellation;
    }

    /// <summary>Whether the server call's deadline holds for the client call too.</summary>
    public bool IsPropagateDeadline { get; }

    /// <summary>Whether cancelling the server call cancels the client call.</summary>
    public bool IsPropagateCancellation { get; }
}
