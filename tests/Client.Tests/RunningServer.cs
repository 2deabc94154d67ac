using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ServiceOrdering.Client.Tests;

/// <summary>The real server program in a process of its own, on free ports and an empty database.</summary>
public sealed partial class RunningServer : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("service-ordering-client-tests-").FullName;
    private Process? _process;

    /// <summary>Address of the gRPC port.</summary>
    public string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _process = Process.Start(new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            WorkingDirectory = _folder,
            ArgumentList =
            {
                Repository.Program("Server", "ServiceOrdering.Server.dll"),
                "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
                "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
            },
        })!;
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
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [GeneratedRegex(@"Listening on .*\bgRPC (?<address>http://[^\s;,]+)")]
    private static partial Regex ListeningLine();
}
