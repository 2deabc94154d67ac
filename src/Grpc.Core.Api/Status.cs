namespace Grpc.Core;

/// <summary>How a call ended; the numbers are those on the wire.</summary>
public enum StatusCode
{
    /// <summary>It succeeded.</summary>
    OK = 0,

    /// <summary>It was cancelled, as a rule by its caller.</summary>
    Cancelled = 1,

    /// <summary>It failed for a reason that has no code, or that was not told.</summary>
    Unknown = 2,

    /// <summary>The request is wrong in itself, whatever the state of the system.</summary>
    InvalidArgument = 3,

    /// <summary>Time ran out before it completed; it may have had its effect all the same.</summary>
    DeadlineExceeded = 4,

    /// <summary>Something that was asked for does not exist.</summary>
    NotFound = 5,

    /// <summary>Something that should be created exists already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known and may not do this.</summary>
    PermissionDenied = 7,

    /// <summary>A quota is used up, or there is no space left.</summary>
    ResourceExhausted = 8,

    /// <summary>The system is not in the state that the call needs; repeating it alone does not help.</summary>
    FailedPrecondition = 9,

    /// <summary>It lost against a concurrent one; the caller may start over from its read.</summary>
    Aborted = 10,

    /// <summary>It went past the valid range, which may grow.</summary>
    OutOfRange = 11,

    /// <summary>The server does not have this method, or not switched on.</summary>
    Unimplemented = 12,

    /// <summary>Something that must hold in the server or on the way to it does not.</summary>
    Internal = 13,

    /// <summary>The server cannot be reached or does not take calls now; repeating it later may help.</summary>
    Unavailable = 14,

    /// <summary>Data is lost or damaged beyond repair.</summary>
    DataLoss = 15,

    /// <summary>The caller did not say, or not credibly, who it is.</summary>
    Unauthenticated = 16,
}

/// <summary>The result of a call: a code and, for an error, a text.</summary>
public readonly struct Status
{
    /// <summary>Success, without a text.</summary>
    public static readonly Status DefaultSuccess = new(StatusCode.OK, "");

    /// <summary>Cancellation, without a text.</summary>
    public static readonly Status DefaultCancelled = new(StatusCode.Cancelled, "");

    /// <summary>Creates a status.</summary>
    /// <param name="statusCode">The code.</param>
    /// <param name="detail">The text that the peer sees.</param>
    public Status(StatusCode statusCode, string detail)
        : this(statusCode, detail, null)
    {
    }

    /// <summary>Creates a status that also tells what happened on this side.</summary>
    /// <param name="statusCode">The code.</param>
    /// <param name="detail">The text that the peer sees.</param>
    /// <param name="debugException">The local cause, which never leaves the process.</param>
    public Status(StatusCode statusCode, string detail, Exception? debugException)
    {
        StatusCode = statusCode;
        Detail = detail;
        DebugException = debugException;
    }

    /// <summary>The code.</summary>
    public StatusCode StatusCode { get; }

    /// <summary>The text that came with the code.</summary>
    public string Detail { get; }

    /// <summary>
    /// What went wrong on this side of the connection, such as the socket error behind
    /// <see cref="StatusCode.Unavailable"/>. For people: a program goes by <see cref="StatusCode"/>.
    /// </summary>
    public Exception? DebugException { get; }

    /// <summary>Shows the code, the text and the kind and message of the local cause.</summary>
    public override string ToString()
    {
        var cause = DebugException is null ? "" : $", DebugException=\"{DebugException.GetType()}: {DebugException.Message}\"";
        return $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\"{cause})";
    }
}

/// <summary>
/// Ends a call with a status: thrown by a server's method to send it, and by a client's call when it was received.
/// </summary>
public class RpcException : Exception
{
    /// <summary>Creates the exception for a status.</summary>
    public RpcException(Status status)
        : this(status, Metadata.Empty)
    {
    }

    /// <summary>Creates the exception for a status, with a message of its own.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="message">For the logs on this side; the peer sees <see cref="Status.Detail"/> only.</param>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>Creates the exception for a status and trailers.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="trailers">The metadata that goes with it.</param>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>Creates the exception for a status and trailers, with a message of its own.</summary>
    /// <param name="status">How the call ended.</param>
    /// <param name="trailers">The metadata that goes with it.</param>
    /// <param name="message">For the logs on this side; the peer sees <see cref="Status.Detail"/> only.</param>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        ArgumentNullException.ThrowIfNull(trailers);
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The metadata that the server sent, or will send, with the status.</summary>
    public Metadata Trailers { get; }
}
