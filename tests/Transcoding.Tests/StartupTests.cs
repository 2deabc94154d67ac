using Broken.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using ServiceOrdering.Transcoding;

namespace Transcoding.Tests;

public sealed class StartupTests
{
    private static string Failure<TService>()
        where TService : class
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddGrpc();
        builder.Services.AddTranscoding();
        using var app = builder.Build();
        var failure = Assert.ThrowsAny<Exception>(() => app.MapGrpcService<TService>());
        while (failure.InnerException is { } inner)
        {
            failure = inner;
        }

        return failure.Message;
    }

    [Fact]
    public void A_path_that_names_no_field_is_refused_at_start() =>
        Assert.Equal("broken.v1.PathService.Get: broken.v1.GetRequest has no field name for the path.", Failure<BrokenPath>());

    [Fact]
    public void A_body_that_is_no_message_is_refused_at_start() =>
        Assert.Equal("broken.v1.BodyService.Get: the body field id is not a message.", Failure<BrokenBody>());

    [Fact]
    public void An_option_that_names_no_field_is_refused_at_start() =>
        Assert.Equal("broken.v1.HeaderService.Get: broken.v1.GetResponse has no field etag for the response header.", Failure<BrokenHeader>());

    [Fact]
    public void A_path_that_is_no_template_is_refused_at_start() =>
        Assert.Contains("is no path template", Failure<BrokenTemplate>(), StringComparison.Ordinal);

    [Fact]
    public void Two_methods_with_one_route_are_refused_at_start() =>
        Assert.Equal("broken.v1.TwinService.GetOther: GET /broken/{id} is a route of broken.v1.TwinService.Get already.", Failure<BrokenTwins>());

    public sealed class BrokenPath : PathService.PathServiceBase;

    public sealed class BrokenBody : BodyService.BodyServiceBase;

    public sealed class BrokenHeader : HeaderService.HeaderServiceBase;

    public sealed class BrokenTemplate : TemplateService.TemplateServiceBase;

    public sealed class BrokenTwins : TwinService.TwinServiceBase;
}
