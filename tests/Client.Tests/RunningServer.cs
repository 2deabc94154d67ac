using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ServiceOrdering.Client.Tests;

/// <summary>The real server program in a process of its own, on free ports and an empty database.</summary>
public sealed partial class RunningServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("service-ordering-client-tests-").FullName;
    // Orders stay as they were placed, where a test is not about work.
    private IReadOnlyList<string> _settings = ["--Checking:Mode=Manual"];
    private Process? _process;

    /// <summary>Address of the gRPC port.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Starts one for a single test, which checks orders and hands their items out.</summary>
    /// <param name="settings">Settings that differ from the defaults.</param>
    public static async Task<RunningServer> StartAsync(params (string Name, string Value)[] settings)
    {
        var server = new RunningServer { _settings = [.. settings.Select(setting => $"--{setting.Name}={setting.Value}")] };
        await server.InitializeAsync();
        return server;
    }

    public ValueTask InitializeAsync() => StartAsync("http://127.0.0.1:0");

    /// <summary>Kills the server, as a machine does that fails, and starts it again where it was.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync(Address);
    }

    private async ValueTask StartAsync(string address)
    {
        string[] arguments =
        [
            Repository.Program("Server", "ServiceOrdering.Server.dll"),
            "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
            $"--Kestrel:Endpoints:Grpc:Url={address}",
            .. _settings,
        ];
        _process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, WorkingDirectory = _folder })!;
        Address = "";
        var printed = new List<string>();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Address == "")
        {
            var line = await _process.StandardOutput.ReadLineAsync(limit.Token);
            Assert.True(line is not null, $"The server ended before it listened: {string.Join(Environment.NewLine, printed)}");
            printed.Add(line);
            Address = ListeningLine().Match(line).Groups["address"].Value;
        }

        // Read on, or the server would wait once the pipe is full.
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
    }

    public ServiceOrderingClient Connect(ServiceOrderingClientOptions? options = null) =>
        ServiceOrderingClient.Connect(Address, options);

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task KillAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }

    [GeneratedRegex(@"Listening on .*\bgRPC (?<address>https?://[^\s;,]+)")]
    private static partial Regex ListeningLine();
}
