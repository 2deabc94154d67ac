using System.CommandLine;
using Grpc.Core;
using ServiceOrdering.Security.V1;
using ServiceOrdering.Server.Security;
using ServiceOrdering.Server.Security.ApiKeys;
using ServiceOrdering.Server.Storage;

namespace ServiceOrdering.Server.Admin;

/// <summary>Writes a key into the database: the first one, which nobody can ask a server for.</summary>
internal sealed class CreateKeyCommand : Command
{
    private readonly Option<string> _name = new("--name") { Required = true, HelpName = "name", Description = "Who has the key, for people and the log." };
    private readonly Option<string[]> _role = new("--role") { HelpName = "role", Description = "A role of the holder, such as administrator. May come again." };
    private readonly Option<string[]> _scope = new("--scope") { HelpName = "scope", Description = "A scope of the holder beside those of its roles. May come again." };
    private readonly Option<string> _party = new("--party") { HelpName = "id", Description = "Party that the holder is bound to. Default: none." };
    private readonly Option<double?> _days = new("--days") { HelpName = "number", Description = "For how many days the key is good. Default: until it is revoked." };

    private readonly SettingsArgument _settings = new();

    public CreateKeyCommand()
        : base("create-key", "Write a key into the database and print it: it cannot be shown again. On SQLite while no server runs; on PostgreSQL also beside servers.")
    {
        Add(_name);
        Add(_role);
        Add(_scope);
        Add(_party);
        Add(_days);
        Add(_settings);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        await using var application = Application.Build(["--Logging:LogLevel:Default=None", .. arguments.GetValue(_settings) ?? []]);
        var services = application.Services;
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        var request = new CreateApiKeyRequest { Name = arguments.GetRequiredValue(_name), Party = arguments.GetValue(_party) ?? "" };
        request.Roles.AddRange(arguments.GetValue(_role) ?? []);
        request.Scopes.AddRange(arguments.GetValue(_scope) ?? []);
        if (arguments.GetValue(_days) is { } days and > 0 and < 36_500)
            request.ExpiresDate = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(now.AddDays(days));
        else if (arguments.GetValue(_days) is { } wrong)
            return Refuse($"--days is {wrong}; allowed is more than 0 and less than 36500.");
        try
        {
            var key = ApiKeyRequests.Check(request, Identity.Server, services.GetRequiredService<Roles>(), now);
            var (_, text) = await services.GetRequiredService<ApiKeyStore>().CreateAsync(Caller.Server, key, cancellationToken);
            Console.WriteLine(text);
            return AdminCommands.Done;
        }
        catch (RpcException e)
        {
            return Refuse(e.Status.Detail);
        }
    }

    private static int Refuse(string problem)
    {
        Console.Error.WriteLine($"error: {problem}");
        return AdminCommands.NotDone;
    }
}
