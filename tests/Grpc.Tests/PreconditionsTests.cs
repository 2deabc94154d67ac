using Grpc.Core.Utils;

namespace Grpc.Tests;

public class PreconditionsTests
{
    [Fact]
    public void Conditions_that_hold_pass()
    {
        GrpcPreconditions.CheckArgument(true);
        GrpcPreconditions.CheckArgument(true, "message");
        GrpcPreconditions.CheckState(true);
        GrpcPreconditions.CheckState(true, "message");

        Assert.Equal("text", GrpcPreconditions.CheckNotNull("text"));
        Assert.Equal("text", GrpcPreconditions.CheckNotNull("text", "name"));
    }

    [Fact]
    public void Conditions_that_do_not_hold_fail()
    {
        Assert.Throws<ArgumentException>(() => GrpcPreconditions.CheckArgument(false));
        Assert.Equal("message", Assert.Throws<ArgumentException>(() => GrpcPreconditions.CheckArgument(false, "message")).Message);
        Assert.Throws<InvalidOperationException>(() => GrpcPreconditions.CheckState(false));
        Assert.Equal("message", Assert.Throws<InvalidOperationException>(() => GrpcPreconditions.CheckState(false, "message")).Message);
        Assert.Throws<ArgumentNullException>(() => GrpcPreconditions.CheckNotNull<string?>(null));
        Assert.Throws<ArgumentNullException>("name", () => GrpcPreconditions.CheckNotNull<string?>(null, "name"));
    }
}
