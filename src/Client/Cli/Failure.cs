using Grpc.Core;
using ServiceOrdering.Client;
using ServiceOrdering.Errors.V1;

namespace ServiceOrdering.Cli;

/// <summary>Tells a person what went wrong, without stack traces, and a script by the exit code.</summary>
internal static class Failure
{
    // How the SDK begins what it has to say of a provider of tokens: the server was not asked then.
    private const string NoToken = "No token: ";

    public static int Report(Exception exception, string server, TextWriter errors)
    {
        switch (exception)
        {
            case OperationCanceledException:
                errors.WriteLine("interrupted");
                return ExitCode.Interrupted;
            case ServiceOrderingException refusal when IsUnreachable(refusal) && refusal.Message.StartsWith(NoToken, StringComparison.Ordinal):
                errors.WriteLine($"error: {refusal.Message}");
                return ExitCode.NotDone;
            case ServiceOrderingException refusal when IsUnreachable(refusal):
                errors.WriteLine($"error: no answer from {server}: {Cause(refusal)}");
                return ExitCode.NotDone;
            case ServiceOrderingException refusal:
                Report(refusal, errors);
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

    /// <summary>A refusal: its message and reason, and a line for each field that is to blame.</summary>
    public static void Report(ServiceOrderingException refusal, TextWriter errors)
    {
        var reason = refusal.Reason.Length > 0 ? refusal.Reason : refusal.StatusCode.ToString();

        // With violations the message only strings them together.
        errors.WriteLine($"error: {(refusal.Violations.Count > 0 ? "the server refused the request" : refusal.Message)} [{reason}]");
        foreach (var violation in refusal.Violations)
        {
            errors.WriteLine($"  {FieldPath.ToJsonPointer(violation.Field)}: {violation.Message}");
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

    /// <summary>Only a server gives a reason; what has none and names a transport failure comes from on the way to it.</summary>
    public static bool IsUnreachable(ServiceOrderingException exception) =>
        exception.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded
        || (exception.Reason.Length == 0 && exception.Status.DebugException is HttpRequestException or IOException);

    private static string Cause(ServiceOrderingException exception) =>
        exception.Status.DebugException?.GetBaseException().Message ?? exception.Message;
}
