using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ServiceOrdering.Benchmarks;

/// <summary>How long a server that was published takes from its start to its first answer, and what it holds of the machine's memory then and idle.</summary>
internal static class StartRows
{
    private const int Starts = 9;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="folder">Where the server was published to.</param>
    public static async Task<IReadOnlyList<(string What, string Value, string Aim)>> MeasureAsync(string folder)
    {
        var (first, again) = (new List<double>(), new List<double>());
        var memory = 0.0;
        for (var i = 0; i < Starts; i++)
        {
            var data = Directory.CreateTempSubdirectory("service-ordering-");
            // The first start makes the database.
            first.Add((await StartAsync(folder, data.FullName, TimeSpan.Zero)).Seconds);
            var (seconds, megabytes) = await StartAsync(folder, data.FullName, i == Starts - 1 ? Idle : TimeSpan.Zero);
            again.Add(seconds);
            memory = megabytes;
            data.Delete(recursive: true);
        }
        return
        [
            ("from the start to the first answer", $"{Median(again):0.000} s", "<= 0.35 s"),
            ("the same with a new database", $"{Median(first):0.000} s", ""),
            ($"resident memory after {Idle.TotalSeconds:0} s idle", $"{memory:0} MB", "<= 90 MB"),
        ];
    }

    private static async Task<(double Seconds, double Megabytes)> StartAsync(string folder, string data, TimeSpan idle)
    {
        var (rest, grpc) = (FreePort(), FreePort());
        var program = Path.Combine(folder, "ServiceOrdering.Server");
        var isOwnProgram = File.Exists(program);
        var start = new ProcessStartInfo(isOwnProgram ? program : "dotnet") { RedirectStandardOutput = true, WorkingDirectory = data };
        if (!isOwnProgram)
            start.ArgumentList.Add(program + ".dll");
        start.ArgumentList.Add($"--Kestrel:Endpoints:Rest:Url=http://127.0.0.1:{rest}");
        start.ArgumentList.Add($"--Kestrel:Endpoints:Grpc:Url=http://127.0.0.1:{grpc}");
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        await AnswerAsync(rest);
        var seconds = clock.Elapsed.TotalSeconds;
        await Task.Delay(idle);
        process.Refresh();
        var megabytes = process.WorkingSet64 / 1e6;
        process.Kill();
        await process.WaitForExitAsync();
        return (seconds, megabytes);
    }

    // A connection by hand: an HTTP client would take processor time from the server at its own start.
    private static async Task AnswerAsync(int port)
    {
        using var limit = new CancellationTokenSource(Patience);
        var request = Encoding.ASCII.GetBytes("GET /tmf-api/serviceOrdering/v4/serviceOrder HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        var answer = new byte[12];
        while (true)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), limit.Token);
            }
            catch (SocketException)
            {
                await Task.Delay(2, limit.Token);
                continue;
            }
            await socket.SendAsync(request, limit.Token);
            await new NetworkStream(socket).ReadExactlyAsync(answer, limit.Token);
            var status = Encoding.ASCII.GetString(answer)[9..];
            if (status != "200")
                throw new InvalidOperationException($"The first answer is {status}.");
            return;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
