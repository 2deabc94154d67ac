using System.CommandLine;
using System.Diagnostics;
using System.Runtime.Versioning;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>A server that wants to know who calls.</summary>
public sealed class GuardedServer : IAsyncLifetime
{
    internal TokenIssuer Issuer { get; } = new();

    public RunningServer Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await RunningServer.StartAsync(Issuer.Settings);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Issuer.Dispose();
    }
}

/// <summary>Who calls, as it is said to the program: by options, files, the environment and contexts.</summary>
public sealed class ContextTests(GuardedServer guarded) : IClassFixture<GuardedServer>, IDisposable
{
    private readonly TokenIssuer _issuer = guarded.Issuer;
    private readonly RunningServer _server = guarded.Server;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("service-ordering-contexts-");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Contexts => Path.Combine(_folder.FullName, "made", "config.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Who_is_not_let_in_is_told_what_to_do_in_plain_words_and_by_a_code_of_its_own()
    {
        var missing = await OrdersAsync();
        var invalid = await OrdersAsync("--token", "guess");
        var expired = await OrdersAsync("--token", _issuer.Issue("desk", role: "reader", life: TimeSpan.FromMinutes(-5)));
        var scope = await OrdersAsync("--token", _issuer.Issue("desk", scope: "service-ordering:events:read"));

        Assert.All(new[] { missing, invalid, expired, scope }, run => Assert.Equal((ExitCode.NotLetIn, ""), (run.ExitCode, run.Output)));
        Assert.Contains("[CREDENTIALS_MISSING]", missing.Errors);
        Assert.Contains("--token-file", missing.Errors);
        Assert.Contains("[CREDENTIALS_INVALID]", invalid.Errors);
        Assert.Contains("[CREDENTIALS_EXPIRED]", expired.Errors);
        Assert.Contains("'service-ordering:service-order:read'", scope.Errors);
        Assert.DoesNotContain("   at ", missing.Errors + invalid.Errors);
    }

    [Fact]
    public async Task A_token_comes_from_a_file_or_the_environment_so_that_no_command_line_has_it()
    {
        var token = _issuer.Issue("desk", role: "reader");
        var byFile = await OrdersAsync("--token-file", Write("token", token + "\n"));
        using var program = Tool.Start(new ProcessStartInfo("dotnet", [Repository.Program("Cli", "service-ordering.dll"), "orders", "list", "--server", _server.Address])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { [CredentialOptions.TokenVariable] = token, [CredentialOptions.ConfigVariable] = "" },
        })!;
        var (output, errors) = await Tool.OutputAsync(program);

        Assert.Equal((ExitCode.Done, ""), (byFile.ExitCode, byFile.Errors));
        Assert.True(output.StartsWith('[') && errors.Length == 0, output + errors);
    }

    [Fact]
    public async Task A_program_account_gets_its_token_from_the_provider_and_a_refusal_of_its_is_told()
    {
        using var provider = new TokenProvider(() => _issuer.Issue("night", role: "reader"));
        string[] account = ["--client-id", "night", "--client-secret-file", Write("secret", "hidden"), "--authority", provider.Address.ToString()];
        var done = await OrdersAsync(account);
        provider.Answer = (401, """{"error":"invalid_client"}""");
        var refused = await OrdersAsync(account);
        provider.Dispose();
        var away = await OrdersAsync(account);

        Assert.Equal((ExitCode.Done, ""), (done.ExitCode, done.Errors));
        Assert.Equal(ExitCode.NotLetIn, refused.ExitCode);
        Assert.Contains("answered 401, invalid_client", refused.Errors);
        Assert.Equal(ExitCode.NotDone, away.ExitCode);
        Assert.Contains($"No answer from {provider.Address}", away.Errors);
        Assert.DoesNotContain("hidden", done.Errors + refused.Errors + away.Errors);
    }

    [Fact]
    public async Task A_timeline_says_who_made_each_change()
    {
        string[] desk = ["--token", _issuer.Issue("desk", role: "order-desk")];
        var placed = await CommandRun.OfAsync(_server, ["orders", "create", "-f", Repository.Example("create-minimal-order.json"), .. desk]);

        var timeline = await CommandRun.OfAsync(_server, ["orders", "timeline", (string)placed.Json["id"]!, "-o", "table", .. desk]);

        Assert.Matches(@"(?m)created .* desk *$", timeline.Output);
    }

    [Fact]
    public async Task A_context_has_server_and_credentials_and_what_is_typed_goes_before_it()
    {
        var good = Write("good", _issuer.Issue("desk", role: "reader"));
        var first = await ConfigAsync("set-context", "lab", "--server", _server.Address, "--token-file", good);
        var second = await ConfigAsync("set-context", "other", "--server", "http://127.0.0.1:1", "--token", "guess");

        var used = await RunAsync("orders", "list", "--config", Contexts);
        var chosen = await RunAsync("orders", "list", "--config", Contexts, "--context", "other", "--server", _server.Address);
        var overridden = await RunAsync("orders", "list", "--config", Contexts, "--context", "other", "--server", _server.Address, "--token-file", good);
        var use = await ConfigAsync("use-context", "other");
        var after = await RunAsync("orders", "list", "--config", Contexts);

        Assert.Equal([ExitCode.Done, ExitCode.Done, ExitCode.Done], new[] { first, second, use }.Select(run => run.ExitCode));
        Assert.Equal((ExitCode.Done, ""), (used.ExitCode, used.Errors));
        Assert.Contains("[CREDENTIALS_INVALID]", chosen.Errors);
        Assert.Equal((ExitCode.Done, ""), (overridden.ExitCode, overridden.Errors));
        Assert.Contains("no answer from http://127.0.0.1:1", after.Errors);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Contexts_are_for_their_owner_and_a_file_that_others_can_read_is_remarked()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes.");
        await ConfigAsync("set-context", "lab", "--server", _server.Address, "--token", _issuer.Issue("desk", role: "reader"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Contexts));

        File.SetUnixFileMode(Contexts, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var run = await RunAsync("orders", "list", "--config", Contexts);

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Contains($"chmod 600 {Contexts}", run.Errors);
    }

    [Fact]
    public async Task What_does_not_go_together_or_is_not_there_is_told_before_a_server_is_asked()
    {
        await ConfigAsync("set-context", "lab", "--server", "http://127.0.0.1:1");
        var broken = Write("broken.json", "{");
        using var certificates = new TestCertificates();
        var (certificate, key) = certificates.Issue("desk");
        (string[] Args, string Told)[] cases =
        [
            (["--token", "x", "--api-key", "y"], "exclude each other"),
            (["--token-file", Path.Combine(_folder.FullName, "none")], "none"),
            (["--client-id", "x", "--client-secret", "y"], "--authority"),
            (["--client-id", "x", "--authority", "https://login.example"], CredentialOptions.ClientSecretVariable),
            (["--key", key], "--cert"),
            (["--cert", certificate, "--key", key], "https"),
            (["--cacert", key], "no certificate"),
            (["--context", "none"], "config.json"),
            (["--config", broken], "contexts"),
            (["--server", "http://orders.example", "--token", "x"], "--credentials-in-the-clear"),
        ];

        foreach (var (args, told) in cases)
        {
            var run = await RunAsync(["orders", "list", .. args.Contains("--config") ? [] : new[] { "--config", Contexts }, .. args]);
            Assert.True(run.ExitCode == ExitCode.NotDone && run.Errors.Contains(told, StringComparison.Ordinal), $"{string.Join(' ', args)}: {run}");
            Assert.DoesNotContain("System.", run.Errors);
        }
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }

    private Task<CommandRun> OrdersAsync(params string[] args) => CommandRun.OfAsync(_server, ["orders", "list", .. args]);

    private Task<CommandRun> ConfigAsync(params string[] args) => RunAsync(["config", .. args, "--config", Contexts]);

    private static async Task<CommandRun> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await CommandLine.RunAsync(args, new InvocationConfiguration { Output = output, Error = errors }, Cancel);
        return new CommandRun(exitCode, output.ToString(), errors.ToString());
    }
}
