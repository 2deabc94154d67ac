using System.Buffers;
using Grpc.Core;

namespace ServiceOrdering.Transcoding;

/// <summary>The same as <see cref="IResponseText{TService, TRequest, TResponse}"/>, for a method whose route answers with a list.</summary>
/// <typeparam name="TService">The service as it is mapped: others with the same messages answer by themselves.</typeparam>
/// <typeparam name="TRequest">The method's request.</typeparam>
/// <typeparam name="TResponse">The method's response.</typeparam>
public interface IResponseTexts<TService, in TRequest, TResponse>
    where TService : class
    where TResponse : class
{
    /// <summary>Reads the elements of the list.</summary>
    /// <returns>The response without the list, for headers, and the list; null to have the method called.</returns>
    ValueTask<(TResponse Response, ElementTexts Texts)?> ReadAsync(TRequest request, ServerCallContext context);
}

/// <summary>The elements of a list as JSON texts in UTF-8, each as <see cref="Json.JsonFormat"/> would write it.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="Write">Writes one of them. It is asked for each at most once, in their order, as they go out.</param>
public sealed record ElementTexts(int Count, Action<int, IBufferWriter<byte>> Write)
{
    /// <summary>
    /// Reads the elements behind these once these have gone out, so that a list of any length takes the memory of a part of it; null,
    /// or a null that it gives, ends the list. An error in it breaks the answer off. A list that has it is answered without a length,
    /// and a HEAD request without reading on.
    /// </summary>
    public Func<CancellationToken, ValueTask<ElementTexts?>>? Next { get; init; }
}
