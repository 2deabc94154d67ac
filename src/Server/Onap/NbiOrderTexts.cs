using System.Buffers;
using Grpc.Core;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Hosting;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Transcoding;
using Tmf.ServiceOrdering.V4;
using Nbi = global::Onap.Nbi.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>
/// The list of orders over REST, all that match: page by page from the place where the one before ended, while it goes out. What
/// the headers count was there when the first page was read. Orders that are placed meanwhile stand before that and are not in the
/// list; what has gone, or matches no longer, when its page is read is missing.
/// </summary>
internal sealed class NbiOrderTexts(ResourceList<ServiceOrder> list, NbiOrderView view, AnswerBudget budget)
    : IResponseTexts<NbiOrderGrpcService, Nbi.ListServiceOrdersRequest, Nbi.ListServiceOrdersResponse>
{
    // One order after the other is made of its text, for a while several times as large.
    private const int MemoryOfTexts = 4;

    public async ValueTask<(Nbi.ListServiceOrdersResponse Response, ElementTexts Texts)?> ReadAsync(Nbi.ListServiceOrdersRequest request, ServerCallContext context)
    {
        var fields = NbiFields.Parse(request.Fields, request.Filter);
        if (NbiOrderQuery.Check(request, context.Identity().Sight) is not { } query)
            return (new Nbi.ListServiceOrdersResponse { TotalCount = 0, ResultCount = 0 }, new ElementTexts(0, (_, _) => { }));

        var wanted = request.HasLimit ? request.Limit : long.MaxValue;
        var share = await budget.TakePageAsync(context);
        var (texts, total) = await ReadPageAsync(query, wanted, fields, share, context.CancellationToken);
        var response = new Nbi.ListServiceOrdersResponse();
        if (total is { } count)
        {
            response.TotalCount = count;
            response.ResultCount = Math.Min(wanted, Math.Max(0, count - query.Offset));
        }
        return (response, texts);
    }

    private async ValueTask<(ElementTexts Texts, long? Total)> ReadPageAsync(
        ResourceQuery query, long wanted, NbiFields? fields, AnswerShare share, CancellationToken cancellationToken)
    {
        var page = await list.ReadTextsAsync(query with { Limit = (int)Math.Min(wanted, ResourceQuery.LargestLimit) }, cancellationToken);
        share.Shrink((long)MemoryOfTexts * page.Size);
        var percentages = await view.FindPercentagesAsync([.. page.Resources.Select(stored => stored.Id)]);
        var left = wanted - page.Resources.Count;
        var texts = new ElementTexts(page.Resources.Count, (i, output) => Write(OrderToNbi.Order(list.Parse(page.Resources[i]), percentages), fields, output))
        {
            Next = left <= 0 || page.NextPageToken.Length == 0 ? null : async token =>
            {
                await share.BeginAsync(AnswerBudget.LargestPage, token);
                var next = query with { Offset = 0, After = PagePlace.Parse(page.NextPageToken, query.Fingerprint) };
                return (await ReadPageAsync(next, left, fields, share, token)).Texts;
            },
        };
        return (texts, page.TotalCount);
    }

    private static void Write(Nbi.ServiceOrder order, NbiFields? fields, IBufferWriter<byte> output)
    {
        if (fields is null)
            JsonFormat.Write(order, output);
        else
            fields.Write(order, output);
    }
}
