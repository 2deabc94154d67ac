using Broken.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Transcoding;

namespace Transcoding.Tests;

public sealed class StartupTests
{
    private static async Task<string> FailureAsync<TService>(bool withTmfJson = true)
        where TService : class
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddGrpc().AddTmfJson();
        await using var app = builder.Build();
        var failure = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            var service = app.MapGrpcService<TService>();
            if (withTmfJson)
                service.WithTmfJson();
            await app.StartAsync(TestContext.Current.CancellationToken);
        });
        var messages = new List<string>();
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            messages.Add(cause.Message);
        return string.Join(" ", messages);
    }

    [Fact]
    public async Task A_path_that_names_no_field_is_refused_at_start() =>
        Assert.Matches("BrokenPath.*'name'", await FailureAsync<BrokenPath>());

    [Fact]
    public async Task A_body_that_is_no_message_is_refused_at_start() =>
        Assert.Matches("BrokenBody.*only valid for message", await FailureAsync<BrokenBody>());

    [Fact]
    public async Task An_option_that_names_no_field_is_refused_at_start() =>
        Assert.Equal("broken.v1.HeaderService.Get: broken.v1.GetResponse has no field etag for the response header.", await FailureAsync<BrokenHeader>());

    [Fact]
    public async Task A_path_variable_of_several_segments_is_refused_at_start()
    {
        Assert.Equal("broken.v1.SegmentsService.Get: the path /broken/{id=shelf/*} has a variable that is not one whole segment.", await FailureAsync<BrokenSegments>());
        Assert.Equal("broken.v1.RestService.Get: the path /broken/{id=**} has a variable that is not one whole segment.", await FailureAsync<BrokenRest>());
    }

    [Fact]
    public async Task Two_methods_with_one_route_are_refused_at_start() =>
        Assert.Equal("broken.v1.TwinService.GetOther: GET /broken/{id} is a route of broken.v1.TwinService.Get already.", await FailureAsync<BrokenTwins>());

    [Fact]
    public async Task Two_methods_with_one_route_are_refused_at_start_without_the_dialect_too() =>
        Assert.Equal("broken.v1.TwinService.GetOther: GET /broken/{id} is a route of broken.v1.TwinService.Get already.", await FailureAsync<BrokenTwins>(withTmfJson: false));

    public sealed class BrokenPath : PathService.PathServiceBase;

    public sealed class BrokenBody : BodyService.BodyServiceBase;

    public sealed class BrokenHeader : HeaderService.HeaderServiceBase;

    public sealed class BrokenSegments : SegmentsService.SegmentsServiceBase;

    public sealed class BrokenRest : RestService.RestServiceBase;

    public sealed class BrokenTwins : TwinService.TwinServiceBase;
}
