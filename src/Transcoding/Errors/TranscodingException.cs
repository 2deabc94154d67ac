namespace ServiceOrdering.Transcoding.Errors;

/// <summary>Transcoding refuses the request.</summary>
internal sealed class TranscodingException(RestError error) : Exception(error.Message)
{
    public TranscodingException(TranscodingFailure failure, string message)
        : this(FailureReasons.Error(failure, message))
    {
    }

    public RestError Error => error;
}
