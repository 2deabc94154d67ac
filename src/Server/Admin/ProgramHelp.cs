using ServiceOrdering.Server.Telemetry;

namespace ServiceOrdering.Server.Admin;

/// <summary>What the program says of itself, before anything of a server is there.</summary>
internal static class ProgramHelp
{
    private static string Text =>
        $"""
        ServiceOrdering.Server {ServerVersion.Text}: service orders over gRPC and REST (TMF641, TMF638, ONAP NBI).

        Usage:
          ServiceOrdering.Server [--KEY=VALUE ...]     serves, until SIGTERM or Ctrl+C
          ServiceOrdering.Server admin COMMAND ...     does something for its operator; 'admin --help' lists the commands
          ServiceOrdering.Server --help | --version

        Without settings: REST on http://127.0.0.1:5080, gRPC on http://127.0.0.1:5081, the database service-ordering.db in the working
        directory. Settings come from arguments, the environment (Storage__ConnectionString) and appsettings.json:
          --Kestrel:Endpoints:Rest:Url=http://127.0.0.1:8080
          --Storage:ConnectionString='Data Source=/var/lib/service-ordering/orders.db'
          --Logging:Console:FormatterName=json
        'admin configuration' prints all of them. Exit codes: 0 ended as asked; 1 could not start, and said why in a line.
        """;

    /// <summary>Answers <c>--help</c> and <c>--version</c>.</summary>
    /// <returns>Whether it was that.</returns>
    public static bool Answers(string[] args)
    {
        var said = args switch
        {
            ["--version"] => ServerVersion.Text,
            ["--help" or "-h" or "-?"] => Text,
            _ => null,
        };
        if (said is not null)
            Console.WriteLine(said);
        return said is not null;
    }
}
