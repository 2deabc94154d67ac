using System.CommandLine;

namespace ServiceOrdering.Server.Admin;

/// <summary>Settings of the server that a command is given, beside those that the server would find.</summary>
internal sealed class SettingsArgument : Argument<string[]>
{
    public SettingsArgument()
        : base("settings")
    {
        Arity = ArgumentArity.ZeroOrMore;
        Description = "Settings of the server behind '--', beside those of its environment and files: -- --Storage:ConnectionString='Data Source=orders.db'.";
    }

    /// <summary>The server with these settings, of which nothing is opened or started. It logs nothing: the command says itself what there is to say.</summary>
    public WebApplication Describe(ParseResult arguments, params string[] more) => Application.Describe(["--Logging:LogLevel:Default=None", .. more, .. arguments.GetValue(this) ?? []]).Build();
}
