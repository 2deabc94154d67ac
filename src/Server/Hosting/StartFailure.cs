using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace ServiceOrdering.Server.Hosting;

/// <summary>What keeps the server from starting, when it is the operator's to mend: told in a line, without a stack trace.</summary>
internal static class StartFailure
{
    public static string? Explain(Exception e) => e switch
    {
        OptionsValidationException or DatabaseUnusableException => e.Message,
        IOException { InnerException: AddressInUseException } => e.Message,
        _ => null,
    };
}

/// <summary>The database cannot be opened, or is not one of this version's.</summary>
internal sealed class DatabaseUnusableException(string message, Exception? cause = null) : Exception(message, cause);
