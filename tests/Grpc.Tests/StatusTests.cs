using Grpc.Core;

namespace Grpc.Tests;

public class StatusTests
{
    [Fact]
    public void Codes_have_the_numbers_of_the_wire() =>
        Assert.Equal(
            [
                "OK", "Cancelled", "Unknown", "InvalidArgument", "DeadlineExceeded", "NotFound", "AlreadyExists",
                "PermissionDenied", "ResourceExhausted", "FailedPrecondition", "Aborted", "OutOfRange", "Unimplemented",
                "Internal", "Unavailable", "DataLoss", "Unauthenticated",
            ],
            Enumerable.Range(0, 17).Select(number => ((StatusCode)number).ToString()));

    [Fact]
    public void Text_shows_code_detail_and_local_cause()
    {
        var cause = new InvalidOperationException("broken");

        Assert.Equal(
            "Status(StatusCode=\"NotFound\", Detail=\"gone\")",
            new Status(StatusCode.NotFound, "gone").ToString());
        Assert.Equal(
            "Status(StatusCode=\"Internal\", Detail=\"oops\", DebugException=\"System.InvalidOperationException: broken\")",
            new Status(StatusCode.Internal, "oops", cause).ToString());
    }

    [Fact]
    public void Default_statuses_have_no_detail()
    {
        Assert.Equal(new Status(StatusCode.OK, ""), Status.DefaultSuccess);
        Assert.Equal(new Status(StatusCode.Cancelled, ""), Status.DefaultCancelled);
    }

    [Fact]
    public void Exception_takes_its_message_and_cause_from_the_status()
    {
        var cause = new InvalidOperationException("broken");
        var status = new Status(StatusCode.Internal, "oops", cause);

        var exception = new RpcException(status);

        Assert.Equal(status.ToString(), exception.Message);
        Assert.Same(cause, exception.InnerException);
        Assert.Equal(StatusCode.Internal, exception.StatusCode);
        Assert.Same(Metadata.Empty, exception.Trailers);
    }

    [Fact]
    public void Exception_can_have_a_message_and_trailers_of_its_own()
    {
        var status = new Status(StatusCode.Internal, "oops");
        var trailers = new Metadata();

        Assert.Equal("mine", new RpcException(status, "mine").Message);
        Assert.Equal("mine", new RpcException(status, trailers, "mine").Message);
        Assert.Same(trailers, new RpcException(status, trailers).Trailers);
        Assert.Throws<ArgumentNullException>(() => new RpcException(status, (Metadata)null!));
    }
}
