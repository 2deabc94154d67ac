using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ServiceOrdering.Server.Tests.Hosting;

public sealed class StartTests
{
    [Theory]
    [InlineData("--Storage:Provider=oracle", "Allowed: sqlite, postgres")]
    [InlineData("--Storage:ConnectionString=Data Source=:memory:", "Storage:ConnectionString")]
    [InlineData("--ForwardedHeaders:KnownProxies:0=proxy.example.com", "'proxy.example.com' is no IP address and no network such as 10.1.0.0/16")]
    [InlineData("--Storage:ConnectionString=Data Source=/dev/null/orders.db", "/dev/null/orders.db")]
    [InlineData("--Storage:Provider=postgres", "must name a server and a database")]
    [InlineData("--Storage:Provider=postgres --Storage:ConnectionString=Host=127.0.0.1;Port=1;Database=orders;Username=x --Storage:Patience=00:00:01", "127.0.0.1:1/orders cannot be used: Failed to connect")]
    [InlineData("--Storage:LeaseDuration=00:00:00.5", "at least 00:00:01")]
    [InlineData("--Errors:Documentation=errors.md", "Errors:Documentation is 'errors.md'")]
    [InlineData("--PathBase=orders/", "PathBase is 'orders/', which is no path such as /orders")]
    [InlineData("--Query:UnknownAttributes=ignore", "Query:UnknownAttributes is 'ignore'. Allowed: refuse, match-nothing.")]
    [InlineData("--Inventory:Expose=some", "Inventory:Expose is not known. Allowed: all, customer-facing.")]
    [InlineData("--Fulfillment:OnFailure=7", "Fulfillment:OnFailure is not known. Allowed: Fail, Hold")]
    [InlineData("--Onap:AllowedTargets:0=partner.example/nbi", "'partner.example/nbi', which is no address such as https://partner.example/nbi/api/v4")]
    [InlineData("--Onap:AllowedTargets:0=ftp://partner.example/nbi", "absolute, http or https")]
    [InlineData("--Onap:TargetTimeout=00:10:00", "Onap:TargetTimeout must be from 00:00:00.1 to 00:05:00")]
    [InlineData("--Telemetry:Prometheus=maybe", "Telemetry:Prometheus 'maybe' is not known. Allowed: scope, open, off.")]
    [InlineData("--Telemetry:SamplingRatio=2 --Telemetry:Otlp:Protocol=udp", "Telemetry:Otlp:Protocol 'udp' is not known. Allowed: grpc, http.; Telemetry:SamplingRatio must be from 0 to 1")]
    [InlineData("--Telemetry:SamplingRatio=all", "Telemetry:SamplingRatio is 'all', which is no number such as 0.1.")]
    [InlineData("--Telemetry:Otlp:Endpoint=collector:4317", "Telemetry:Otlp:Endpoint 'collector:4317' is no address such as http://collector.example:4317")]
    [InlineData("--Telemetry:Otlp:Url=http://collector:4317", "Telemetry:Otlp:Url is not known. Allowed in Telemetry:Otlp: Endpoint, Protocol.")]
    [InlineData("--Telemetry:GaugeInterval=00:00:00", "Telemetry:GaugeInterval must be from 00:00:00.1 to 00:05:00")]
    [InlineData("--Shutdown:Delay=01:00:00", "Shutdown:Delay must be from 00:00:00 to 00:05:00")]
    [InlineData("--Security:Roles:night:0=everything", "Security:Roles:night: 'everything' is no scope. Allowed: administration:api-key:create|delete|read, ")]
    [InlineData("--Security:Bearer:Authority=http://login.example", "Security:Bearer:Audience is missing")]
    [InlineData("--Security:Bearer:Authority=http://login.example --Security:Bearer:Audience=orders", "Security:Bearer:Authority is reached without TLS")]
    [InlineData("--Security:Bearer:Authority=https://login.example --Security:Bearer:Audience=orders --Security:Bearer:Algorithms:0=HS256", "Security:Bearer:Algorithms has 'HS256'")]
    [InlineData("--Security:Bearer:JwksFile=/dev/null --Security:Bearer:Issuer=x --Security:Bearer:Audience=orders", "'/dev/null' cannot be used: It is no JSON Web Key Set.")]
    [InlineData("--Security:Certificates:Revocation=Online", "Security:Certificates:Authorities:0 is missing")]
    [InlineData("--Security:Certificates:Authorities:0=/dev/null", "There is no root among the certificates")]
    [InlineData("--Kestrel:Certificates:Default:Path=/nowhere/tls.pem --Kestrel:Certificates:Default:KeyPath=/nowhere/tls.key", "Kestrel:Certificates:Default cannot be used: Could not find")]
    public async Task Setting_that_cannot_be_used_is_told_in_a_line(string setting, string told)
    {
        var (exitCode, error) = await RunAsync([.. Split(setting), "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0"]);

        Assert.Equal(1, exitCode);
        Assert.Contains(told, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Theory]
    [InlineData("--Kestrel:Endpoints:Rest:Url=http://0.0.0.0:0", "http://0.0.0.0:0")]
    [InlineData("--Kestrel:Endpoints:Rest:Url=http://[::]:0", "http://[::]:0")]
    [InlineData("--Kestrel:Endpoints:Rest:Url=http://*:0", "http://*:0")]
    [InlineData("--Kestrel:Endpoints:Other:Url=http://192.0.2.1:0", "http://192.0.2.1:0")]
    [InlineData("--PublicBaseUrl=https://orders.example", "PublicBaseUrl")]
    [InlineData("--ForwardedHeaders:KnownProxies:0=127.0.0.1", "ForwardedHeaders:KnownProxies")]
    [InlineData("--PreferHostingUrls=true --urls=http://0.0.0.0:0", "another machine")]
    public async Task Server_that_others_reach_does_not_start_without_asking_who_they_are(string setting, string from)
    {
        var folder = Directory.CreateTempSubdirectory("service-ordering-");
        string[] rest = setting.Contains("Rest", StringComparison.Ordinal) ? [] : ["--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0"];

        var (exitCode, error) = await RunAsync([.. rest, .. Split(setting), $"--Storage:ConnectionString=Data Source={Path.Combine(folder.FullName, "start.db")}"]);
        folder.Delete(recursive: true);

        Assert.Equal(1, exitCode);
        Assert.StartsWith($"The server cannot start. It would be reached from elsewhere ({from}) and ask nobody who they are.", error, StringComparison.Ordinal);
        Assert.Contains("\n  Security:Bearer:Authority=https://login.example/realms/orders\n  Security:Bearer:Audience=service-ordering\n", error, StringComparison.Ordinal);
        Assert.Contains("Security:AllowAnonymous=true", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_that_asks_nobody_says_so()
    {
        using var database = new TestDatabase();
        using var server = await ServerProcess.StartAsync(database, Cancel);

        Assert.Single(server.Log, line => line.Contains("Nobody is asked who they are: only this machine reaches the server", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Port_that_is_taken_is_told_in_a_line()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var folder = Directory.CreateTempSubdirectory("service-ordering-");

        var (exitCode, error) = await RunAsync(
            $"--Storage:ConnectionString=Data Source={Path.Combine(folder.FullName, "start.db")}", $"--Kestrel:Endpoints:Rest:Url=http://{taken.LocalEndpoint}");
        folder.Delete(recursive: true);

        Assert.Equal(1, exitCode);
        Assert.Contains("address already in use", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
    }

    private static string[] Split(string settings) => [.. settings.Split(" --").Select((setting, i) => i == 0 ? setting : "--" + setting)];

    private static async Task<(int ExitCode, string Error)> RunAsync(params string[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "ServiceOrdering.Server.dll"), "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0" },
        };
        foreach (var setting in settings)
            start.ArgumentList.Add(setting);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancel);
        var error = await process.StandardError.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        await output;
        return (process.ExitCode, error);
    }
}
