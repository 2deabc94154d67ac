using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ServiceOrdering.Server.Tests.Hosting;

public sealed class StartTests
{
    [Theory]
    [InlineData("--Storage:Provider=oracle", "Allowed: sqlite, postgres")]
    [InlineData("--Storage:ConnectionString=Data Source=:memory:", "Storage:ConnectionString")]
    [InlineData("--ForwardedHeaders:KnownProxies:0=proxy.example.com", "'proxy.example.com' is no IP address")]
    [InlineData("--Storage:ConnectionString=Data Source=/dev/null/orders.db", "/dev/null/orders.db")]
    [InlineData("--Storage:Provider=postgres", "must name a server and a database")]
    [InlineData("--Storage:Provider=postgres --Storage:ConnectionString=Host=127.0.0.1;Port=1;Database=orders;Username=x --Storage:Patience=00:00:01", "127.0.0.1:1/orders cannot be used: Failed to connect")]
    [InlineData("--Storage:LeaseDuration=00:00:00.5", "at least 00:00:01")]
    [InlineData("--Errors:Documentation=errors.md", "Errors:Documentation is 'errors.md'")]
    [InlineData("--PathBase=orders/", "PathBase is 'orders/', which is no path such as /orders")]
    [InlineData("--Query:UnknownAttributes=ignore", "Query:UnknownAttributes is 'ignore'. Allowed: refuse, match-nothing.")]
    [InlineData("--Fulfillment:OnFailure=7", "Fulfillment:OnFailure is not known. Allowed: Fail, Hold")]
    [InlineData("--Onap:AllowedTargets:0=partner.example/nbi", "'partner.example/nbi', which is no address such as https://partner.example/nbi/api/v4")]
    [InlineData("--Onap:AllowedTargets:0=ftp://partner.example/nbi", "absolute, http or https")]
    [InlineData("--Onap:TargetTimeout=00:10:00", "Onap:TargetTimeout must be from 00:00:00.1 to 00:05:00")]
    [InlineData("--Telemetry:Prometheus=maybe", "Telemetry:Prometheus 'maybe' is not known. Allowed: auto, on, off.")]
    [InlineData("--Telemetry:SamplingRatio=2 --Telemetry:Otlp:Protocol=udp", "Telemetry:Otlp:Protocol 'udp' is not known. Allowed: grpc, http.; Telemetry:SamplingRatio must be from 0 to 1")]
    [InlineData("--Telemetry:SamplingRatio=all", "'all' at 'Telemetry:SamplingRatio'")]
    [InlineData("--Telemetry:Otlp:Endpoint=collector:4317", "Telemetry:Otlp:Endpoint 'collector:4317' is no address such as http://collector.example:4317")]
    [InlineData("--Telemetry:Otlp:Url=http://collector:4317", "Telemetry:Otlp:Url is not known. Allowed in Telemetry:Otlp: Endpoint, Protocol.")]
    [InlineData("--Telemetry:GaugeInterval=00:00:00", "Telemetry:GaugeInterval must be from 00:00:00.1 to 00:05:00")]
    [InlineData("--Shutdown:Delay=01:00:00", "Shutdown:Delay must be from 00:00:00 to 00:05:00")]
    public async Task Setting_that_cannot_be_used_is_told_in_a_line(string setting, string told)
    {
        var (exitCode, error) = await RunAsync([.. Split(setting), "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0"]);

        Assert.Equal(1, exitCode);
        Assert.Contains(told, Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
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
