using System.Diagnostics;
using System.Runtime.CompilerServices;
using Npgsql;

namespace ServiceOrdering.Server.Tests;

/// <summary>A PostgreSQL of the test's own, which may be ended without harm to other tests.</summary>
public sealed class PostgresCluster : IDisposable
{
    private readonly string _name;

    private PostgresCluster(string name, string connectionString)
    {
        _name = name;
        ConnectionString = connectionString;
    }

    /// <summary>Where it is, without a database.</summary>
    public string ConnectionString { get; }

    public (string Host, int Port) Address => new NpgsqlConnectionStringBuilder(ConnectionString) is { Host: { } host } settings ? (host, settings.Port) : throw new InvalidOperationException();

    public static PostgresCluster Start(string name)
    {
        // What a test left behind that was ended.
        Run("stop", name);
        return new PostgresCluster(name, Run("start", name).Trim());
    }

    /// <summary>Ends all connections and starts again, at the same port.</summary>
    /// <param name="isCrash">At once, as after a fault, or as an operator does it.</param>
    public void Restart(bool isCrash) => Run("restart", _name, isCrash ? ["--crash"] : []);

    public void Dispose() => Run("stop", _name);

    private static string Run(string command, string name, params string[] more)
    {
        using var script = Process.Start(new ProcessStartInfo(Script(), [command, "--name", name, .. more]) { RedirectStandardOutput = true })!;
        // The server lives on and has the pipe too: a line is all there is to read.
        var line = command == "start" ? script.StandardOutput.ReadLine() : "";
        script.WaitForExit();
        return script.ExitCode == 0 && line is not null ? line : throw new InvalidOperationException($"postgres.sh {command} ended with {script.ExitCode}.");
    }

    private static string Script([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "tools", "postgres.sh"));
}
