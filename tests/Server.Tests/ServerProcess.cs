using System.Diagnostics;

namespace ServiceOrdering.Server.Tests;

/// <summary>The real program as a process, for what only the end of a process shows.</summary>
public sealed class ServerProcess : IDisposable
{
    private const string Listening = "Listening on REST ";
    private readonly Process _process;

    private ServerProcess(Process process, Uri rest)
    {
        _process = process;
        Rest = rest;
    }

    public Uri Rest { get; }

    public int Id => _process.Id;

    public static async Task<ServerProcess> StartAsync(string databaseFile, CancellationToken cancellationToken, params (string Key, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            ArgumentList =
            {
                Path.Combine(AppContext.BaseDirectory, "ServiceOrdering.Server.dll"),
                "--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:0",
                "--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:0",
                $"--Storage:ConnectionString=Data Source={databaseFile}",
            },
        };
        foreach (var (key, value) in settings)
            start.ArgumentList.Add($"--{key}={value}");
        var process = Process.Start(start)!;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            var at = line.IndexOf(Listening, StringComparison.Ordinal);
            if (at < 0)
                continue;
            // Somebody has to read on, or the server would wait for room in the pipe.
            _ = process.StandardOutput.ReadToEndAsync(cancellationToken);
            return new ServerProcess(process, new Uri(line[(at + Listening.Length)..].Split(',')[0]));
        }
        throw new InvalidOperationException("The server ended before it listened.");
    }

    /// <summary>SIGKILL: nothing is flushed, nothing is closed.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM: the server answers what it accepted and ends.</summary>
    public async Task<int> StopAsync(CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        await _process.WaitForExitAsync(cancellationToken);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            Kill();
        _process.Dispose();
    }
}
