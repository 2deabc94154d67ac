using System.Diagnostics;
using System.Net;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>The commands that give keys to programs and take them back, and the server's own for the first key.</summary>
public sealed class KeyCommandTests
{
    [Fact]
    public async Task A_key_is_created_listed_and_revoked()
    {
        await using var server = await RunningServer.StartAsync();

        var created = await CommandRun.OfAsync(server, "keys", "create", "acme", "--role", "partner", "--scope", "fulfillment:work:read", "--party", "CUST-6490", "--expires", "2099-01-15T08:00:00Z");
        var id = (string)created.Json["apiKey"]!["id"]!;
        var table = await CommandRun.OfAsync(server, "keys", "list", "--filter", "state=active", "-o", "table");
        var revoked = await CommandRun.OfAsync(server, "keys", "revoke", id, "-o", "table");
        var card = await CommandRun.OfAsync(server, "keys", "create", "desk", "--role", "order-desk", "-o", "table");
        var all = await CommandRun.OfAsync(server, "keys", "list", "--all");

        Assert.Equal((ExitCode.Done, ""), (created.ExitCode, created.Errors));
        Assert.StartsWith("sok_" + id.Replace("-", "", StringComparison.Ordinal), (string)created.Json["key"]!, StringComparison.Ordinal);
        Assert.Matches($@"(?m)^ *{id} +acme +active +partner, fulfillment:work:read +CUST-6490 ", table.Output);
        Assert.Matches("(?m)^state +revoked", revoked.Output);
        Assert.Matches("(?m)^key +sok_[0-9a-f_]{105}", card.Output);
        Assert.Equal(["desk", "acme"], all.Json.AsArray().Select(key => (string)key!["name"]!));
    }

    [Fact]
    public async Task A_key_with_a_role_that_there_is_not_is_refused_with_those_that_there_are()
    {
        await using var server = await RunningServer.StartAsync();

        var refused = await CommandRun.OfAsync(server, "keys", "create", "acme", "--role", "boss");

        Assert.Equal(ExitCode.Refused, refused.ExitCode);
        Assert.Contains("'boss' is no role. Allowed: administrator, orchestrator, order-desk, partner, reader.", refused.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_key_is_written_by_the_servers_program()
    {
        var folder = Directory.CreateTempSubdirectory("service-ordering-keys-");
        var storage = $"--Storage:ConnectionString=Data Source={Path.Combine(folder.FullName, "orders.db")}";
        var (code, key, _) = await AdminAsync("--name", "ines", "--role", "administrator", "--days", "30", "--", storage);
        var (wrong, _, error) = await AdminAsync("--name", "ines", "--role", "boss", "--", storage);
        Assert.Equal((0, 1), (code, wrong));
        Assert.Contains("'boss' is no role. Allowed: administrator,", error, StringComparison.Ordinal);

        await using (var server = await RunningServer.StartAsync(("Security:ApiKeys:Enabled", "true"), ("Storage:ConnectionString", storage.Split('=', 2)[1])))
        {
            using var http = new HttpClient { BaseAddress = new Uri(server.Address) };
            Assert.Equal("16", await StatusAsync(http, null));
            Assert.Null(await StatusAsync(http, key.Trim()));
        }
        folder.Delete(recursive: true);
    }

    // The status of a refusal is in the headers; an answer has it behind.
    private static async Task<string?> StatusAsync(HttpClient http, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/serviceordering.security.v1.ApiKeyService/ListApiKeys")
        {
            Content = new ByteArrayContent(new byte[5]),
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Content.Headers.ContentType = new("application/grpc");
        if (key is not null)
        {
            request.Headers.Add("X-API-Key", key);
        }

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.Headers.TryGetValues("grpc-status", out var status) ? status.Single() : null;
    }

    private static async Task<(int ExitCode, string Output, string Error)> AdminAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Repository.Program("Server", "ServiceOrdering.Server.dll"), "admin", "create-key", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, error);
    }
}
