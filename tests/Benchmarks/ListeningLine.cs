namespace ServiceOrdering.Benchmarks;

/// <summary>Reads from the server's output where it listens: the line that it prints once it is up.</summary>
internal static class ListeningLine
{
    private const string Start = "Listening on ";

    public static async Task<(Uri RestAddress, Uri GrpcAddress)> ReadAsync(StreamReader output)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await output.ReadLineAsync(limit.Token) is { } line)
        {
            var start = line.IndexOf(Start, StringComparison.Ordinal);
            if (start < 0)
                continue;
            var addresses = line[(start + Start.Length)..].Split(';')[0].Split(", ");
            return (Find("REST"), Find("gRPC"));

            Uri Find(string what) => new(addresses.Single(address => address.StartsWith(what, StringComparison.Ordinal)).Split(' ')[1]);
        }
        throw new InvalidOperationException("The server ended before it listened.");
    }
}
