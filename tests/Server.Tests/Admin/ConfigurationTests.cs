using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using ServiceOrdering.Server.Admin.Configuration;
using ServiceOrdering.Server.OpenApi;

namespace ServiceOrdering.Server.Tests.Admin;

/// <summary>What can be configured is told, and what cannot be used is told at once.</summary>
public sealed partial class ConfigurationTests
{
    // Texts that have a form, with one that has not.
    private static readonly Dictionary<string, string> WrongTexts = new()
    {
        ["PublicBaseUrl"] = "orders.example",
        ["PathBase"] = "orders/",
        ["Storage:Provider"] = "oracle",
        ["Storage:ConnectionString"] = "Data Source=:memory:",
        ["Kestrel:Endpoints:NAME:Url"] = "nonsense",
        ["ForwardedHeaders:KnownProxies:0"] = "10.1.0.0/40",
        ["Security:Bearer:Authority"] = "login.example",
        ["Security:Bearer:JwksFile"] = "/nowhere",
        ["Security:Bearer:Algorithms:0"] = "none",
        ["Security:Certificates:Authorities:0"] = "/nowhere",
        ["Security:Roles:NAME:0"] = "everything",
        ["Secrets:KeyDirectory"] = "/dev/null",
        ["Secrets:Certificate"] = "/nowhere",
        ["Secrets:OldCertificates:0"] = "/nowhere",
        ["Catalog:File"] = "/nowhere",
        ["Catalog:Url"] = "catalog",
        ["Webhooks:AllowedNetworks:0"] = "10.1.0.0/40",
        ["Webhooks:AllowedHosts:0"] = "http://listener",
        ["Inventory:Expose"] = "some",
        ["Onap:AllowedTargets:0"] = "partner",
        ["Query:UnknownAttributes"] = "ignore",
        ["Cors:AllowedOrigins:0"] = "desk",
        ["Console:OpenIdConnect:Authority"] = "login.example",
        ["Errors:Documentation"] = "errors.md",
        ["Telemetry:Prometheus"] = "maybe",
        ["Telemetry:Otlp:Endpoint"] = "collector",
        ["Telemetry:Otlp:Protocol"] = "udp",
    };

    // Texts that may be anything, or whose meaning depends on others.
    private static readonly HashSet<string> FreeTexts =
    [
        "AllowedHosts", "Storage:ListenConnectionString",
        "Kestrel:Endpoints:NAME:Certificate:Path", "Kestrel:Endpoints:NAME:Certificate:KeyPath", "Kestrel:Endpoints:NAME:Certificate:Password",
        "Security:Bearer:Issuer", "Security:Bearer:Audience", "Security:Bearer:NameClaims:0", "Security:Bearer:ScopeClaim", "Security:Bearer:RoleClaim",
        "Security:Bearer:PartyClaim", "Security:Bearer:Types:0",
        "Security:Certificates:Identities:0:Subject", "Security:Certificates:Identities:0:San", "Security:Certificates:Identities:0:Name",
        "Security:Certificates:Identities:0:Roles:0", "Security:Certificates:Identities:0:Scopes:0", "Security:Certificates:Identities:0:Party",
        "Secrets:CertificatePassword",
        "Console:OpenIdConnect:ClientId", "Console:OpenIdConnect:ClientSecret", "Console:OpenIdConnect:Scopes:0", "Console:OpenIdConnect:Resource", "Console:OpenIdConnect:Name",
    ];

    [Fact]
    public void Reference_is_what_the_options_say() =>
        AssertSame("configuration.md", new ConfigurationReference().Write(), "admin configuration > ../../docs/configuration.md");

    [Fact]
    public void Reference_of_the_API_is_what_the_contract_says() =>
        AssertSame("api.md", new ApiReference().Write(), "admin api > ../../docs/api.md");

    [Fact]
    public void Value_of_any_key_that_cannot_be_used_is_told_with_its_key()
    {
        foreach (var key in SettingsSection.All.SelectMany(section => section.Keys))
        {
            var name = key.Path.Replace("NAME", "x", StringComparison.Ordinal);
            if (key.Type == typeof(string) && !WrongTexts.ContainsKey(key.Path))
            {
                Assert.True(FreeTexts.Contains(key.Path), $"Is there no text that {key.Path} does not take? It is to be in one of the lists here.");
                continue;
            }
            var wrong = WrongTexts.GetValueOrDefault(key.Path, "nonsense");

            var refused = Record.Exception(() => SettingsCheck.Check(Configure((name, wrong))));
            Assert.True(refused is OptionsValidationException, $"{name}={wrong} was taken, or made {refused}.");
            var problems = ((OptionsValidationException)refused).Failures.ToList();

            Assert.True(problems.Exists(problem => problem.Contains(name.Split(":0")[0], StringComparison.Ordinal) || problem.Contains(name.Split(':')[0] + ":", StringComparison.Ordinal)),
                $"{name}={wrong}: {string.Join(' ', problems)}");
        }
    }

    [Fact]
    public void Nothing_is_wrong_with_defaults() =>
        Assert.All(SettingsSection.All.Where(section => typeof(ISettings).IsAssignableFrom(section.Options)), section => Assert.Empty(((ISettings)Activator.CreateInstance(section.Options)!).Problems()));

    [Fact]
    public void All_that_cannot_be_used_is_told_at_once()
    {
        var problems = ProblemsOf(
            ("Storage:Patience", "soon"), ("Storage:LargestLog", "1e9"), ("Limits:Streams", "0"), ("Limits:Subscriptions", "0"), ("Webhooks:RetryJitter", "2"), ("Webhooks:Timeout", "01:00:00"),
            ("Cors:AllowedOrigins", "https://desk.example"), ("Checking", "Manual"), ("Events:Retention:0", "1"), ("Fulfillment:OnFailure", "Wait"), ("Storage:ReadOnly", "si"));

        Assert.Equal(
            [
                "Storage:LargestLog is '1e9', which is no whole number.",
                "Storage:Patience is 'soon', which is no duration such as 00:00:10 or 1.00:00:00 (a day).",
                "Storage:ReadOnly is 'si', which is neither true nor false.",
                "Limits:Streams must be from 1 to 20000.",
                "Limits:Subscriptions must be at least 1.",
                "Checking is 'Manual', and is a section with the keys Mode.",
                "Fulfillment:OnFailure is 'Wait', which is not known. Allowed: Fail, Hold.",
                "Events:Retention is one value, and has no Events:Retention:0.",
                "Webhooks:Timeout must be more than 0 and at most 5 minutes.",
                "Webhooks:RetryJitter must be from 0 to 0.5.",
                "Cors:AllowedOrigins is 'https://desk.example', and has to be a list: Cors:AllowedOrigins:0=https://desk.example",
            ],
            problems);
    }

    [Fact]
    public void Key_that_nobody_reads_is_told_with_the_one_that_was_meant()
    {
        var unknown = SettingsCheck.Check(Configure(("Storage:Patiense", "00:00:01"), ("security:bearer:audienz", "x"), ("Storag:Provider", "sqlite"), ("Path", "/usr/bin"), ("Kestrel:Limits:MaxRequestBodySize", "1"),
            ("Security:Bearer:Authority", "https://login.example"), ("Security:Bearer:Audience", "orders"))).Told;

        Assert.Equal(3, unknown.Count);
        Assert.StartsWith("Storage:Patiense is not known; did you mean 'Patience'? Allowed in Storage: Provider, ConnectionString, ", unknown[0], StringComparison.Ordinal);
        Assert.Contains(unknown, told => told.Contains("audienz is not known; did you mean 'Audience'?", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("Storag is not known; did you mean 'Storage'?", unknown);
    }

    [Fact]
    public async Task Server_tells_at_its_start_of_a_key_that_nobody_reads()
    {
        using var database = new TestDatabase();
        using var server = await ServerProcess.StartAsync(database, Cancel, ("Events:Retension", "1.00:00:00"));

        Assert.Single(server.Log, line => line.Contains("Configuration: Events:Retension is not known; did you mean 'Retention'?", StringComparison.Ordinal));
    }

    // What a key is read by without these would be in no reference, and its values unchecked.
    [Fact]
    public void Every_key_that_the_source_reads_is_in_the_reference()
    {
        var types = SettingsSection.All.SelectMany(section => section.Keys.Select(key => key.Member.DeclaringType!).Append(section.Options)).ToHashSet();
        Assert.Empty(typeof(SettingsSection).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("ServiceOrdering.Server", StringComparison.Ordinal) == true && type.Name.EndsWith("Options", StringComparison.Ordinal))
            .Except(types));

        var keys = SettingsSection.All.SelectMany(section => section.Keys).Select(key => key.Path).ToList();
        var read = Directory.GetFiles(Path.Combine(Root(), "src", "Server"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => KeyRead().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups["key"].Value)
            .Where(key => !key.Contains("OTEL_", StringComparison.Ordinal))
            .ToHashSet();
        Assert.Contains("PublicBaseUrl", read);
        // Of ASP.NET's own, for Defaults.
        Assert.Empty(read.Where(key => !keys.Contains(key) && !keys.Exists(known => known.StartsWith(key + ":", StringComparison.Ordinal)))
            .Except(["Kestrel:Endpoints:Rest:Url", "Kestrel:Endpoints:Rest:Protocols", "Kestrel:Endpoints:Grpc:Url", "Certificates:Default", "Certificate", "Sni", "Endpoints", "ApiKeys:Enabled", "Bearer", "Certificates", "Path", "KeyPath", "Password", "Url"]));
    }

    private static void AssertSame(string file, string made, string command) =>
        Assert.True(made == File.ReadAllText(Path.Combine(Root(), "docs", file)), $"docs/{file} is out of date. To renew it: cd src/Server && dotnet run -c Release -- {command}");

    private static List<string> ProblemsOf(params (string Key, string Value)[] settings) =>
        [.. Assert.Throws<OptionsValidationException>(() => SettingsCheck.Check(Configure(settings))).Failures];

    private static IConfiguration Configure(params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ServiceOrdering.sln")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex("""onfiguration\["(?<key>[\w:]+)"\]|GetSection\("(?<key>[\w:]+)"\)|BindConfiguration\("(?<key>[\w:]+)"\)|(?:onfiguration|section)\.GetValue(?:<\w+>)?\("(?<key>[\w:]+)"[,)]|section\["(?<key>[\w:]+)"\]""")]
    private static partial Regex KeyRead();
}
