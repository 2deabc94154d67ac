using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Storage;

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
