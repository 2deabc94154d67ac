namespace ServiceOrdering.Server.Tests;

/// <summary>Ends calls of a test that is ended.</summary>
public static class TestCancellation
{
    public static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
