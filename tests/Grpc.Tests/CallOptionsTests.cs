using Grpc.Core;

namespace Grpc.Tests;

public class CallOptionsTests
{
    [Fact]
    public void Defaults_ask_for_nothing()
    {
        var options = new CallOptions();

        Assert.Null(options.Headers);
        Assert.Null(options.Deadline);
        Assert.Null(options.WriteOptions);
        Assert.Null(options.PropagationToken);
        Assert.Null(options.Credentials);
        Assert.False(options.IsWaitForReady);
        Assert.False(options.CancellationToken.CanBeCanceled);
    }

    [Fact]
    public void With_gives_a_changed_copy_and_leaves_the_original()
    {
        using var cancel = new CancellationTokenSource();
        var original = new CallOptions();
        var headers = new Metadata();
        var deadline = new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var write = new WriteOptions(WriteFlags.NoCompress);
        var credentials = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);
        var propagation = new Propagation();

        var changed = original
            .WithHeaders(headers)
            .WithDeadline(deadline)
            .WithCancellationToken(cancel.Token)
            .WithWriteOptions(write)
            .WithPropagationToken(propagation)
            .WithCredentials(credentials)
            .WithWaitForReady();

        Assert.Equal(new CallOptions(), original);
        Assert.Equal(
            new CallOptions(headers, deadline, cancel.Token, write, propagation, credentials).WithWaitForReady(true), changed);
        Assert.True(changed.IsWaitForReady);
        Assert.False(changed.WithWaitForReady(false).IsWaitForReady);
    }

    [Fact]
    public void Default_write_options_have_no_flags() => Assert.Equal((WriteFlags)0, WriteOptions.Default.Flags);

    [Fact]
    public void Propagation_passes_everything_on_by_default()
    {
        Assert.True(ContextPropagationOptions.Default.IsPropagateDeadline);
        Assert.True(ContextPropagationOptions.Default.IsPropagateCancellation);
        Assert.False(new ContextPropagationOptions(propagateDeadline: false).IsPropagateDeadline);
    }

    private sealed class Propagation : ContextPropagationToken;
}
