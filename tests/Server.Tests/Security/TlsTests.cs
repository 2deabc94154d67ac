using System.Net;

namespace ServiceOrdering.Server.Tests.Security;

/// <summary>TLS: one port for both protocols, and certificates that are replaced while the server runs.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();
    private readonly ControlledTime _time = new();
    private readonly RunningServer _server;

    public TlsTests() => _server = new RunningServer(_time, [.. _certificates.TlsSettings, ("AllowedHosts", "*.example;127.0.0.1")]);

    public void Dispose()
    {
        _server.Dispose();
        _certificates.Dispose();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task One_port_has_both_versions_of_http(string version)
    {
        using var http = TestCertificates.Http(_server, null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Version = new Version(version), VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var answer = await http.SendAsync(request, Cancel);

        Assert.Equal((HttpStatusCode.OK, version), (answer.StatusCode, answer.Version.ToString()));
    }

    [Fact]
    public async Task A_certificate_with_its_key_in_one_file_is_taken_for_all_ports()
    {
        using var server = new RunningServer([.. _certificates.Pkcs12Settings]);
        using var http = TestCertificates.Http(server, null);

        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/live", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_certificate_that_is_replaced_is_the_next_connections_and_those_that_are_open_go_on()
    {
        var first = await SerialAsync();
        using var open = TestCertificates.Http(_server, null);
        await open.GetAsync("/health/live", Cancel);

        var second = _certificates.WriteServer();
        _time.Move(TimeSpan.FromSeconds(2));

        Assert.NotEqual(first, second);
        Assert.Equal(second, await SerialAsync());
        Assert.Equal(HttpStatusCode.OK, (await open.GetAsync("/health/live", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_leaves_the_one_before()
    {
        var first = await SerialAsync();

        await File.WriteAllTextAsync(_certificates.ServerFile, "-----BEGIN CERTIFICATE-----\nhalf", Cancel);
        _time.Move(TimeSpan.FromSeconds(2));
        Assert.Equal(first, await SerialAsync());

        File.Delete(_certificates.KeyFile);
        _time.Move(TimeSpan.FromSeconds(2));
        Assert.Equal(first, await SerialAsync());

        var second = _certificates.WriteServer();
        _time.Move(TimeSpan.FromSeconds(2));
        Assert.Equal(second, await SerialAsync());
    }

    [Fact]
    public async Task Browsers_are_told_to_come_over_tls_by_answers_over_tls()
    {
        using var http = TestCertificates.Http(_server, null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { Host = "orders.example" } };

        using var answer = await http.SendAsync(request, Cancel);
        using var plain = new RunningServer(("AllowedHosts", "*.example"));
        var inTheClear = await plain.GetAsync("/health/live", ("Host", "orders.example"));

        Assert.Equal("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single());
        Assert.DoesNotContain("Strict-Transport-Security", inTheClear.Headers.Keys);
    }

    private async Task<string> SerialAsync()
    {
        var serial = "";
        using var http = TestCertificates.Http(_server, null, shown => serial = shown.SerialNumber);
        using var answer = await http.GetAsync("/health/live", Cancel);
        return serial;
    }
}
