using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace ServiceOrdering.Server.Tests;

/// <summary>A PgBouncer before PostgreSQL that shares few connections, each for as long as a transaction takes.</summary>
public sealed class PgBouncer : IDisposable
{
    private const string Program = "/usr/sbin/pgbouncer";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("service-ordering-pgbouncer-");
    private readonly Process _process;

    private PgBouncer(string host, int port, int connections)
    {
        Port = FreePort();
        var settings = Path.Combine(_folder.FullName, "pgbouncer.ini");
        File.WriteAllText(
            settings,
            $"""
            [databases]
            * = host={host} port={port} user=test
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {Port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = {connections}
            """);
        // It refuses to run as root.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        string[] command = Environment.UserName == "root"
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", Program, "--quiet", settings]
            : [Program, "--quiet", settings];
        _process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardError = true })!;
        _ = _process.StandardError.ReadToEndAsync();
    }

    public static bool IsInstalled => File.Exists(Program);

    public int Port { get; }

    public static async Task<PgBouncer> StartAsync(string host, int port, int connections, CancellationToken cancellationToken)
    {
        var bouncer = new PgBouncer(host, port, connections);
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, bouncer.Port, cancellationToken);
                return bouncer;
            }
            catch (SocketException) when (!bouncer._process.HasExited && Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(10))
            {
                // Not yet.
            }
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
