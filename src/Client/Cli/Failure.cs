using System.CommandLine;
using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;

namespace ServiceOrdering.Cli;

/// <summary>Tells a person what went wrong, without stack traces, and a script by the exit code.</summary>
internal static class Failure
{
    // How the SDK begins what it has to say of a provider of tokens: the server was not asked then.
    private const string NoToken = "No token: ";

    // How gRPC begins what it has to say of an answer that is none.
    private const string NoGrpc = "Bad gRPC response";

    public static int Report(Exception exception, TextWriter errors, Command command)
    {
        switch (exception)
        {
            case OperationCanceledException:
                errors.WriteLine("interrupted");
                return ExitCode.Interrupted;
            case ServiceOrderingException refusal when IsUnreachable(refusal):
                errors.WriteLine($"error: {refusal.Message}");
                return ExitCode.NotDone;
            case ServiceOrderingException refusal:
                Report(refusal, errors, command);
                return refusal.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied ? ExitCode.NotLetIn : ExitCode.Refused;
            case UnfitJsonException unfit:
                errors.WriteLine($"error: {unfit.Message}");
                foreach (var violation in unfit.Violations)
                {
                    errors.WriteLine($"  {(violation.Place.Length > 0 ? violation.Place : "/")}: {violation.Message}");
                }

                return ExitCode.NotDone;
            default:
                errors.WriteLine($"error: {exception.Message}");
                return ExitCode.NotDone;
        }
    }

    /// <summary>A server that was not reached, or does not answer.</summary>
    public static int ReportNoAnswer(string server, string why, TextWriter errors)
    {
        errors.WriteLine($"error: no answer from {server}: {why}");
        return ExitCode.NotDone;
    }

    /// <summary>A refusal: its message and reason, and a line for each option or place in a file that is to blame.</summary>
    public static void Report(ServiceOrderingException refusal, TextWriter errors, Command command)
    {
        var reason = refusal.Reason.Length > 0 ? refusal.Reason : refusal.StatusCode.ToString();

        // With violations the message only strings them together.
        errors.WriteLine($"error: {(refusal.Violations.Count > 0 ? "the server refused the request" : refusal.Message)} [{reason}]");
        foreach (var violation in refusal.Violations)
        {
            errors.WriteLine($"  {RequestNames.Of(command, violation.Field)}: {violation.Message}");
        }

        if (Advice(refusal) is { } advice)
        {
            errors.WriteLine(advice);
        }
    }

    private static string? Advice(ServiceOrderingException refusal) => refusal.ErrorReason switch
    {
        ErrorReason.CredentialsMissing => "say who calls: --token-file, --api-key-file, --client-id, --cert, or --context; see service-ordering --help",
        ErrorReason.CredentialsInvalid => "the server does not take these credentials: look whether they are for it, and were not revoked",
        ErrorReason.CredentialsExpired => "get new credentials",
        ErrorReason.ScopeMissing or ErrorReason.PartyNotAllowed => "these credentials are not enough: ask who runs the server, or use others",
        _ => null,
    };

    /// <summary>Only a server gives a reason; what has none and names a transport failure comes from on the way to it, or from something else.</summary>
    public static bool IsUnreachable(ServiceOrderingException exception) =>
        exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded
        || (exception.Reason.Length == 0 && (exception.Status.DebugException is HttpRequestException or IOException || exception.Message.StartsWith(NoGrpc, StringComparison.Ordinal)));

    /// <summary>Whether it was a provider of tokens that did not answer.</summary>
    public static bool IsOfProvider(ServiceOrderingException exception) => exception.Message.StartsWith(NoToken, StringComparison.Ordinal);

    /// <summary>Why there is no answer of a server that can be reached.</summary>
    /// <param name="exception">What the call ended with.</param>
    /// <param name="foreign">How something else answered.</param>
    public static string Cause(ServiceOrderingException exception, string? foreign) =>
        exception.Reason.Length > 0 ? exception.Message
        : foreign is not null ? $"what answers there is no gRPC server ({foreign}); gRPC has a port of its own, or a path behind a proxy"
        : exception.StatusCode == StatusCode.DeadlineExceeded ? "it takes longer than the time limit; --timeout gives it more"
        : exception.Status.DebugException?.GetBaseException().Message ?? exception.Message;
}
