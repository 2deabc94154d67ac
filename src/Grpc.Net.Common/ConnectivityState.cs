namespace Grpc.Core;

/// <summary>How a channel is connected.</summary>
public enum ConnectivityState
{
    /// <summary>Not connected, and not trying to.</summary>
    Idle,

    /// <summary>Trying to connect.</summary>
    Connecting,

    /// <summary>Connected.</summary>
    Ready,

    /// <summary>Connecting failed; it is tried again after a while.</summary>
    TransientFailure,

    /// <summary>Closed for good.</summary>
    Shutdown,
}
