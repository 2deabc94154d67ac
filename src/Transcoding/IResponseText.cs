using System.Buffers;
using Grpc.Core;

namespace ServiceOrdering.Transcoding;

/// <summary>
/// A way past the message for a resource that is kept as JSON text: where one is registered for a service's request and response,
/// the dialect asks it first, behind the same interceptors, and the method itself knows nothing of it.
/// </summary>
/// <typeparam name="TService">The service as it is mapped: others with the same messages answer by themselves.</typeparam>
/// <typeparam name="TRequest">The method's request.</typeparam>
/// <typeparam name="TResponse">The method's response.</typeparam>
public interface IResponseText<TService, in TRequest, TResponse>
    where TService : class
    where TResponse : class
{
    /// <summary>
    /// Writes the body of the response: one JSON text in UTF-8, as <see cref="Json.JsonFormat"/> would write the field that the
    /// route's <c>response_body</c> names. An error after the first byte discards what was written.
    /// </summary>
    /// <returns>The response without that field, for headers; null to have the method called.</returns>
    ValueTask<TResponse?> WriteAsync(TRequest request, IBufferWriter<byte> body, ServerCallContext context);
}
