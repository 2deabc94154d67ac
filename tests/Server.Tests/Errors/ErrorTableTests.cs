using ServiceOrdering.Errors.V1;
using ServiceOrdering.Server.Errors;

namespace ServiceOrdering.Server.Tests.Errors;

public sealed class ErrorTableTests
{
    public static TheoryData<ErrorReason> Reasons => [.. Enum.GetValues<ErrorReason>().Except([ErrorReason.Unspecified])];

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Every_reason_has_its_statuses(ErrorReason reason)
    {
        var entry = ErrorTable.Of(reason);

        Assert.InRange(entry.HttpStatus, 400, 599);
        Assert.NotEqual(Google.Rpc.Code.Ok, entry.Status);
        Assert.Matches("^[0-9]+$", entry.Code);
        Assert.Equal(reason, ErrorTable.Parse(ErrorTable.NameOf(reason)));
    }
}
