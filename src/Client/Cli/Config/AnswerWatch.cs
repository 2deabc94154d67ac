namespace ServiceOrdering.Cli.Config;

/// <summary>Sees whether a server answers, and whether what answers is one for gRPC.</summary>
internal sealed class AnswerWatch(HttpMessageHandler transport) : DelegatingHandler(transport)
{
    private volatile bool _hasAnswered;

    public bool HasAnswered => _hasAnswered;

    /// <summary>How something answered that is no gRPC; null where nothing did.</summary>
    public string? Foreign { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        _hasAnswered = true;
        var type = response.Content.Headers.ContentType?.MediaType;
        if (type?.StartsWith("application/grpc", StringComparison.Ordinal) != true)
        {
            Foreign = $"HTTP status {(int)response.StatusCode}{(type is null ? "" : $", {type}")}";
        }

        return response;
    }
}
