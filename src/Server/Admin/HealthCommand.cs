using System.CommandLine;
using ServiceOrdering.Server.Hosting;

namespace ServiceOrdering.Server.Admin;

/// <summary>Asks the server that runs beside it whether it is ready: for images that have no other program to ask with.</summary>
internal sealed class HealthCommand : Command
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private readonly Argument<string[]> _settings = new("settings")
    {
        Arity = ArgumentArity.ZeroOrMore,
        Description = "Settings of the server behind '--', beside those of its environment and files: -- --Kestrel:Endpoints:Rest:Url=http://127.0.0.1:8080.",
    };

    public HealthCommand()
        : base("health", "Ask the server that runs here with these settings for /health/ready, and print its answer.")
    {
        Add(_settings);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder(arguments.GetValue(_settings) ?? []);
        builder.AddDefaults();
        var address = Address(builder.Configuration["Kestrel:Endpoints:Rest:Url"]!);
        // It asks the machine that it is on, and its certificate is for another name.
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator, UseProxy = false };
        using var http = new HttpClient(handler) { Timeout = Patience };
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (builder.Configuration["AllowedHosts"]?.Split(';')[0] is { Length: > 0 } host && !host.Contains('*', StringComparison.Ordinal))
            request.Headers.Host = host;
        try
        {
            using var response = await http.SendAsync(request, cancellationToken);
            Console.WriteLine(await response.Content.ReadAsStringAsync(cancellationToken));
            return response.IsSuccessStatusCode ? AdminCommands.Done : AdminCommands.NotDone;
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            Console.Error.WriteLine($"error: {address} does not answer: {e.Message}");
            return AdminCommands.NotDone;
        }
    }

    // Where it listens on every address, it does so on this machine's own.
    private static Uri Address(string url)
    {
        var bound = BindingAddress.Parse(url);
        var host = bound.Host switch { "+" or "*" or "0.0.0.0" => "127.0.0.1", "[::]" => "[::1]", var other => other };
        return new UriBuilder(bound.Scheme, host, bound.Port, "/health/ready").Uri;
    }
}
