namespace ServiceOrdering.Cli;

/// <summary>How the program can end.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for is done.</summary>
    public const int Done = 0;

    /// <summary>The server refused the request, or what it names does not exist.</summary>
    public const int Refused = 1;

    /// <summary>Nothing was asked of a server: wrong usage, an unreadable file; or no server answered.</summary>
    public const int NotDone = 2;

    /// <summary>The server, or the provider of tokens, does not know who calls, or does not let them do this.</summary>
    public const int NotLetIn = 3;

    /// <summary>Ctrl-C, as shells count it: 128 and the signal's number.</summary>
    public const int Interrupted = 130;
}
