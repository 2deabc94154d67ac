using System.Buffers;
using System.Net;
using Grpc.Core;
using Library.V1;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Transcoding;

namespace Transcoding.Tests;

/// <summary>A resource that is kept as text is sent as that text, by the service that it is registered for.</summary>
public sealed class ResponseTextTests
{
    [Theory]
    [InlineData("7", """{"kept":"text of 7"}""")]
    [InlineData("none", null)]
    public async Task A_service_sends_the_text_that_is_registered_for_it_or_calls_its_method(string id, string? expected)
    {
        await using var server = await LibraryServer.StartAsync(services => services
            .AddSingleton<IResponseText<LibraryGrpcService, GetBookRequest, GetBookResponse>, KeptText<LibraryGrpcService>>());

        var response = await server.Client.SendAsync(HttpMethod.Get, $"/library/v1/book/{id}");

        Assert.Equal("inner", response.Headers.GetValues("passed").Last());
        if (expected is null)
        {
            Assert.NotEqual("\"kept\"", response.Headers.ETag?.Tag);
            return;
        }

        Assert.Equal((HttpStatusCode.OK, expected, "\"kept\""), (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers.ETag?.Tag));
    }

    [Fact]
    public async Task The_text_of_another_service_with_the_same_messages_is_not_sent()
    {
        await using var server = await LibraryServer.StartAsync(services => services
            .AddSingleton<IResponseText<OtherService, GetBookRequest, GetBookResponse>, KeptText<OtherService>>());

        var book = await (await server.Client.SendAsync(HttpMethod.Get, "/library/v1/book/7")).JsonAsync();

        Assert.Equal("Emma", (string?)book!["title"]);
    }

    private sealed class OtherService : LibraryService.LibraryServiceBase;

    private sealed class KeptText<TService> : IResponseText<TService, GetBookRequest, GetBookResponse>
        where TService : class
    {
        public ValueTask<GetBookResponse?> WriteAsync(GetBookRequest request, IBufferWriter<byte> body, ServerCallContext context)
        {
            if (request.Id == "none")
                return new((GetBookResponse?)null);
            body.Write(System.Text.Encoding.UTF8.GetBytes($$"""{"kept":"text of {{request.Id}}"}"""));
            return new(new GetBookResponse { Etag = "\"kept\"" });
        }
    }
}
