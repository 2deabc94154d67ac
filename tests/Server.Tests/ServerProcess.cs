using System.Collections.Concurrent;
using System.Diagnostics;

namespace ServiceOrdering.Server.Tests;

/// <summary>The real program as a process, for what only the end of a process shows.</summary>
public sealed class ServerProcess : IDisposable
{
    private const string Listening = "Listening on REST ";
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _log = new();

    private ServerProcess(Process process, IEnumerable<string> told, Uri rest, Uri grpc)
    {
        _process = process;
        foreach (var line in told)
            _log.Enqueue(line);
        (Rest, Grpc) = (rest, grpc);
    }

    public Uri Rest { get; }

    public Uri Grpc { get; }

    /// <summary>What it has told, apart from where it listens.</summary>
    public IReadOnlyList<string> Log => [.. _log];

    public int Id => _process.Id;

    public static async Task<ServerProcess> StartAsync(TestDatabase database, CancellationToken cancellationToken, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "ServiceOrdering.Server.dll"),
                "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
                "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
                // Orders stay as a test has made them, unless it says otherwise.
                "--Checking:Mode=Manual",
            },
        };
        foreach (var (key, value) in database.Settings.Concat(settings))
            start.ArgumentList.Add($"--{key}={value}");
        var process = Process.Start(start)!;
        var told = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            var at = line.IndexOf(Listening, StringComparison.Ordinal);
            if (at < 0)
            {
                told.Add(line);
                continue;
            }
            var addresses = line[(at + Listening.Length)..].Split([", gRPC ", "; "], StringSplitOptions.None);
            var server = new ServerProcess(process, told, new Uri(addresses[0]), new Uri(addresses[1]));
            _ = server.ReadLogAsync(cancellationToken);
            return server;
        }
        throw new InvalidOperationException("The server ended before it listened.");
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is closed.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGSTOP: it does nothing more, and does not know it.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>SIGCONT: it goes on as if nothing had been.</summary>
    public void Continue() => Signal("CONT");

    /// <summary>SIGTERM, and no waiting for the end.</summary>
    public void Terminate() => Signal("TERM");

    /// <summary>SIGTERM: the server answers what it accepted and ends.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        Terminate();
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }

    private void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString()]);
        kill.WaitForExit();
    }

    // Somebody has to read on, or the server would wait for room in the pipe.
    private async Task ReadLogAsync(CancellationToken cancellationToken)
    {
        while (await _process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            _log.Enqueue(line);
    }
}
