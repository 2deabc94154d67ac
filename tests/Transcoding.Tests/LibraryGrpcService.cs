using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Library.V1;
using Status = Grpc.Core.Status;

namespace Transcoding.Tests;

/// <summary>Does what the tests ask for.</summary>
public sealed class LibraryGrpcService : LibraryService.LibraryServiceBase
{
    public override Task<CreateBookResponse> CreateBook(CreateBookRequest request, ServerCallContext context)
    {
        var book = request.Book ?? new Book();
        book.Id = "1";
        book.Href = "http://library/book/1";
        if (request.IdempotencyKey.Length > 0)
        {
            book.Note = request.IdempotencyKey;
        }

        return Task.FromResult(new CreateBookResponse { Book = book, Etag = "\"1\"" });
    }

    public override async Task WatchBooks(
        WatchBooksRequest request, IServerStreamWriter<WatchBooksResponse> responseStream, ServerCallContext context)
    {
        if (request.How == "refuse")
        {
            throw new RpcException(new Status(StatusCode.NotFound, "There is nothing to watch."));
        }

        var book = new AnyOfThem { Book = new Book { Id = "1", Title = "line\nbreak", Note = request.Last } };
        await responseStream.WriteAsync(new WatchBooksResponse { Token = "t1", Item = book }, context.CancellationToken);
        await responseStream.WriteAsync(new WatchBooksResponse { Token = "t2", Nothing = new Nothing() }, context.CancellationToken);
        if (request.How == "fail")
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "Closed."));
        }

        if (request.How == "wait")
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        }
    }

    public override Task<GetBookResponse> GetBook(GetBookRequest request, ServerCallContext context)
    {
        var response = new GetBookResponse { Etag = "\"7\"" };
        if (request.Id != "none")
        {
            response.Book = new Book { Id = request.Id, Note = request.Name, Title = "Emma" };
        }

        return Task.FromResult(response);
    }

    public override Task<ListBooksResponse> ListBooks(ListBooksRequest request, ServerCallContext context)
    {
        var limit = request.HasLimit ? request.Limit : 10;
        var response = new ListBooksResponse { TotalCount = request.Total, AppliedLimit = limit };
        for (var i = request.Offset; i < Math.Min(request.Total, request.Offset + limit); i++)
        {
            response.Books.Add(new Book { Id = $"{i}", Note = request.Query, Title = string.Join('|', request.Sort) });
        }

        if (request.Query == "broken")
        {
            response.Books.Add(Unwritable());
        }

        return Task.FromResult(response);
    }

    public override async Task<DeleteBookResponse> DeleteBook(DeleteBookRequest request, ServerCallContext context)
    {
        context.ResponseTrailers.Add("seen-etag", request.Etag);
        await context.WriteResponseHeadersAsync(new Metadata { { "seen-id", request.Id } });
        return new DeleteBookResponse();
    }

    public override Task<PatchBookResponse> PatchBook(PatchBookRequest request, ServerCallContext context) =>
        Task.FromResult(new PatchBookResponse { Patch = request.Patch });

    public override Task<ReviseBookResponse> ReviseBook(ReviseBookRequest request, ServerCallContext context) => throw new RpcException(
        new Status(StatusCode.InvalidArgument, "Wrong."),
        new Metadata { { "grpc-status-details-bin", Details("book.author[0].birth_place", "revision", "/author/1") } });

    public override Task<LendBookResponse> LendBook(LendBookRequest request, ServerCallContext context) =>
        Task.FromResult(new LendBookResponse { Id = request.Id, Reader = request.Reader, Days = request.Days });

    public override Task<SearchResponse> Search(SearchRequest request, ServerCallContext context) =>
        Task.FromResult(new SearchResponse { Request = request });

    public override Task<GetCallResponse> GetCall(GetCallRequest request, ServerCallContext context)
    {
        var response = new GetCallResponse
        {
            Method = context.Method,
            Host = context.Host,
            Peer = context.Peer,
            HasHttpContext = context.GetHttpContext().Request.Path == "/library/v1/call",
            HasDeadline = context.Deadline != DateTime.MaxValue,
        };
        foreach (var entry in context.RequestHeaders)
        {
            response.Headers[entry.Key] = entry.IsBinary ? Convert.ToHexString(entry.ValueBytes) : entry.Value;
        }

        return Task.FromResult(response);
    }

    public override Task<FailResponse> Fail(FailRequest request, ServerCallContext context)
    {
        switch (request.How)
        {
            case "bug":
                throw new InvalidOperationException("secret");
            case "status":
                context.Status = new Status(StatusCode.NotFound, "No such book.");
                return Task.FromResult(new FailResponse());
            case "bad-response":
                return Task.FromResult(new FailResponse { Book = Unwritable() });
            case "plain":
                throw new RpcException(new Status(StatusCode.ResourceExhausted, "Too many."));
            default:
                throw new RpcException(new Status(StatusCode.InvalidArgument, "Wrong."), new Metadata { { "grpc-status-details-bin", Details(
                    "book.author[1].birth_place", "book.extensions.shelf", "book.extensions[\"a.b/c\"].x", "book.type", "how", "fields") } });
        }
    }

    public override Task<PingResponse> Ping(PingRequest request, ServerCallContext context) => Task.FromResult(new PingResponse());

    // Its date is no instant at all.
    private static Book Unwritable() => new() { PublishedOn = new Timestamp { Seconds = long.MaxValue } };

    private static byte[] Details(params string[] fields)
    {
        var violations = fields.Select(field => new BadRequest.Types.FieldViolation { Field = field, Description = "No.", Reason = "FORBIDDEN" });
        return new Google.Rpc.Status
        {
            Code = (int)StatusCode.InvalidArgument,
            Details =
            {
                Any.Pack(new ErrorInfo { Reason = "BOOK_BAD", Domain = "library", Metadata = { ["book"] = "1" } }),
                Any.Pack(new BadRequest { FieldViolations = { violations } }),
                Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1500)) }),
            },
        }.ToByteArray();
    }
}
