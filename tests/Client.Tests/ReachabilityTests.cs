using System.Net;
using System.Net.Sockets;
using ServiceOrdering.Cli;

namespace ServiceOrdering.Client.Tests;

/// <summary>Why there is no answer, in words that help.</summary>
public sealed class ReachabilityTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task A_name_that_nobody_knows() =>
        Assert.Contains("no answer from http://nowhere.invalid: no name server knows nowhere.invalid", await ErrorsOfAsync("http://nowhere.invalid"));

    [Fact]
    public async Task A_port_where_nothing_listens() =>
        Assert.Contains("connection refused: nothing listens on port 1 of 127.0.0.1", await ErrorsOfAsync("http://127.0.0.1:1"));

    [Fact]
    public async Task A_server_without_tls_that_is_asked_for_it() =>
        Assert.Contains("TLS failed: ", await ErrorsOfAsync(server.Address.Replace("http://", "https://", StringComparison.Ordinal)));

    [Fact]
    public async Task A_server_that_takes_connections_and_is_silent()
    {
        using var silent = new SilentServer();

        Assert.Contains("the connection was taken, and nothing is answered", await ErrorsOfAsync(silent.Address));
    }

    [Fact]
    public async Task A_silent_server_is_told_before_a_watch_begins_and_before_the_time_limit_of_calls()
    {
        using var silent = new SilentServer();
        var run = await CommandRun.OfAsync(server, "events", "watch", "--server", silent.Address);

        Assert.Equal((ExitCode.NotDone, ""), (run.ExitCode, run.Output));
        Assert.Contains("nothing is answered", run.Errors);
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "it answers in HTTP/1.1")]
    [InlineData("\u0015\u0003\u0001\u0000\u0002\u0002\u0046", "the address has to begin with https")]
    [InlineData("", "what listens there is something else, or wants TLS")]
    public async Task Something_else_that_listens_there(string answer, string told)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var answering = AnswerAsync();

        Assert.Contains(told, await ErrorsOfAsync($"http://{listener.LocalEndpoint}"));
        listener.Stop();
        await answering;

        async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    using var caller = await listener.AcceptTcpClientAsync();
                    await caller.GetStream().ReadExactlyAsync(new byte[24], TestContext.Current.CancellationToken);
                    await caller.GetStream().WriteAsync(answer.Select(c => (byte)c).ToArray(), TestContext.Current.CancellationToken);
                }
            }
            catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException or ObjectDisposedException)
            {
            }
        }
    }

    [Fact]
    public async Task A_certificate_of_an_authority_that_is_not_trusted()
    {
        using var certificates = new TestCertificates();
        var (certificate, key) = certificates.Issue("orders");
        await using var secured = await RunningServer.StartAsync(
            ("Kestrel:Endpoints:Grpc:Certificate:Path", certificate), ("Kestrel:Endpoints:Grpc:Certificate:KeyPath", key), ("Kestrel:Endpoints:Grpc:Url", "https://127.0.0.1:0"));

        Assert.Contains("--cacert names the authority", await ErrorsOfAsync(secured.Address));
        Assert.Contains("the certificate is not for localhost", await ErrorsOfAsync(secured.Address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)));
        Assert.Equal(ExitCode.Done, (await CommandRun.OfAsync(secured, "orders", "list", "--cacert", certificates.AuthorityFile)).ExitCode);
    }

    [Fact]
    public async Task A_server_that_answers_too_late_can_be_given_more_time()
    {
        using var silent = new SilentServer();
        var run = await CommandRun.OfAsync(server, "orders", "get", "x", "--timeout", "200ms", "--server", silent.Address);

        Assert.Equal(ExitCode.NotDone, run.ExitCode);
        Assert.Contains("nothing is answered", run.Errors);
    }

    private async Task<string> ErrorsOfAsync(string address)
    {
        var run = await CommandRun.OfAsync(server, "orders", "list", "--server", address);
        Assert.Equal((ExitCode.NotDone, ""), (run.ExitCode, run.Output));
        Assert.DoesNotContain("   at ", run.Errors);
        return run.Errors;
    }
}
