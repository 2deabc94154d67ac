using System.Buffers;
using System.Net;
using System.Text;
using Grpc.Core;
using Library.V1;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Transcoding;

namespace Transcoding.Tests;

/// <summary>A list of resources that are kept as text is sent as those texts, one after the other.</summary>
public sealed class ResponseTextsTests
{
    [Theory]
    [InlineData(0, "[]")]
    [InlineData(1, """[{"kept":0}]""")]
    [InlineData(3, """[{"kept":0},{"kept":1},{"kept":2}]""")]
    public async Task A_list_is_made_of_the_texts_of_its_elements_with_the_headers_of_the_page(int count, string expected)
    {
        await using var server = await StartAsync(count, size: 0);

        var response = await server.Client.SendAsync(HttpMethod.Get, "/library/v1/book");

        Assert.Equal(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal((HttpStatusCode)(count == 0 ? 200 : 206), response.StatusCode);
        Assert.Equal(($"{count}", "9"), (response.Headers.GetValues("X-Result-Count").Single(), response.Headers.GetValues("X-Total-Count").Single()));
        Assert.Equal(expected.Length, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_large_list_goes_out_in_pieces()
    {
        const int Size = 50_000;
        await using var server = await StartAsync(count: 5, Size);

        var response = await server.Client.SendAsync(HttpMethod.Get, "/library/v1/book");
        var head = await server.Client.SendAsync(HttpMethod.Head, "/library/v1/book");

        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Equal($"[{string.Join(',', Enumerable.Range(0, 5).Select(i => Element(i, Size)))}]", text);
        Assert.True(response.Headers.TransferEncodingChunked);
        Assert.Equal(text.Length, head.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_list_that_is_not_had_as_texts_is_the_methods()
    {
        await using var server = await StartAsync(count: -1, size: 0);

        var books = await (await server.Client.SendAsync(HttpMethod.Get, "/library/v1/book?total=2")).JsonAsync();

        Assert.Equal(2, books!.AsArray().Count);
    }

    [Fact]
    public async Task A_list_goes_on_with_the_parts_behind_the_first_and_is_one_list()
    {
        var parts = new Parts(2, 0, 1);
        await using var server = await StartAsync(parts);

        var response = await server.Client.SendAsync(HttpMethod.Get, "/library/v1/book");

        Assert.Equal("""[{"kept":0},{"kept":1},{"kept":2}]""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.True(response.Headers.TransferEncodingChunked);
        Assert.Equal(3, parts.Read);
    }

    [Fact]
    public async Task Nothing_is_read_on_for_a_request_of_the_headers()
    {
        var parts = new Parts(2, 1);
        await using var server = await StartAsync(parts);

        var head = await server.Client.SendAsync(HttpMethod.Head, "/library/v1/book");

        Assert.Equal((HttpStatusCode.PartialContent, "9"), (head.StatusCode, head.Headers.GetValues("X-Total-Count").Single()));
        Assert.Equal(1, parts.Read);
    }

    [Fact]
    public async Task A_part_that_cannot_be_read_breaks_the_list_off()
    {
        await using var server = await StartAsync(new Parts(2, -1));

        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
            await (await server.Client.SendAsync(HttpMethod.Get, "/library/v1/book")).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static Task<LibraryServer> StartAsync(Parts parts) => LibraryServer.StartAsync(services => services
        .AddSingleton<IResponseTexts<LibraryGrpcService, ListBooksRequest, ListBooksResponse>>(parts));

    private static Task<LibraryServer> StartAsync(int count, int size) => LibraryServer.StartAsync(services => services
        .AddSingleton<IResponseTexts<LibraryGrpcService, ListBooksRequest, ListBooksResponse>>(new KeptTexts(count, size)));

    private static string Element(int number, int size) => $$"""{"kept":{{new string(' ', size)}}{{number}}}""";

    private sealed class KeptTexts(int count, int size) : IResponseTexts<LibraryGrpcService, ListBooksRequest, ListBooksResponse>
    {
        public ValueTask<(ListBooksResponse Response, ElementTexts Texts)?> ReadAsync(ListBooksRequest request, ServerCallContext context) => new(count < 0
            ? null
            : (new ListBooksResponse { TotalCount = 9, AppliedLimit = 10 }, new ElementTexts(count, (i, output) => output.Write(Encoding.UTF8.GetBytes(Element(i, size))))));
    }

    /// <summary>A list in parts of so many elements; less than none is one that cannot be read.</summary>
    private sealed class Parts(params int[] counts) : IResponseTexts<LibraryGrpcService, ListBooksRequest, ListBooksResponse>
    {
        public int Read { get; private set; }

        public ValueTask<(ListBooksResponse Response, ElementTexts Texts)?> ReadAsync(ListBooksRequest request, ServerCallContext context) =>
            new((new ListBooksResponse { TotalCount = 9, AppliedLimit = 10 }, Part(0, 0)));

        private ElementTexts Part(int index, int first)
        {
            Read++;
            if (counts[index] < 0)
                throw new InvalidOperationException("The part cannot be read.");
            return new ElementTexts(counts[index], (i, output) => output.Write(Encoding.UTF8.GetBytes(Element(first + i, 0))))
            {
                Next = index + 1 == counts.Length ? null : _ => new(Part(index + 1, first + counts[index])),
            };
        }
    }
}
