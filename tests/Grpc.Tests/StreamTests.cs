using Grpc.Core;

namespace Grpc.Tests;

public class StreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writer_that_knows_no_cancellation_refuses_a_token_that_can_be_cancelled()
    {
        var written = new List<string>();
        IAsyncStreamWriter<string> writer = new ListWriter(written);
        using var cancel = new CancellationTokenSource();

        await writer.WriteAsync("first", CancellationToken.None);

        await Assert.ThrowsAsync<NotSupportedException>(() => writer.WriteAsync("second", cancel.Token));
        Assert.Equal(["first"], written);
    }

    [Fact]
    public async Task Reader_is_read_to_its_end()
    {
        var reader = new ListReader(["first", "second"]);

        var messages = await reader.ReadAllAsync(Token).ToListAsync(Token);

        Assert.Equal(["first", "second"], messages);
        Assert.False(await reader.MoveNext());
    }

    [Fact]
    public void Missing_reader_is_refused_at_once()
    {
        Assert.Throws<ArgumentNullException>(() => { _ = ((IAsyncStreamReader<string>)null!).ReadAllAsync(Token); });
        Assert.Throws<ArgumentNullException>(() => { _ = ((IAsyncStreamReader<string>)null!).MoveNext(); });
    }

    private sealed class ListWriter(List<string> written) : IAsyncStreamWriter<string>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(string message)
        {
            written.Add(message);
            return Task.CompletedTask;
        }
    }

    private sealed class ListReader(IEnumerable<string> messages) : IAsyncStreamReader<string>
    {
        private readonly IEnumerator<string> messages = messages.GetEnumerator();

        public string Current => messages.Current;

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(messages.MoveNext());
    }
}
