using System.Text;
using ServiceOrdering.Json;
using ServiceOrdering.Transcoding;
using ServiceOrdering.Transcoding.Errors;
using Tmf.ServiceOrdering.V4;

namespace ServiceOrdering.Server.WebConsole.Orders;

/// <summary>What the page to place an order on shows.</summary>
/// <param name="Text">The order, as JSON.</param>
/// <param name="RequestId">Names the request: a form that is sent twice places one order.</param>
/// <param name="Problem">Why it is no order; null before it was tried.</param>
/// <param name="Violations">What is wrong with it, with the places.</param>
internal sealed record NewOrder(string Text, string RequestId, string? Problem, IReadOnlyList<(string Place, string Message)> Violations);

/// <summary>Placing an order: its JSON is written, pasted, or taken from an example.</summary>
internal static class NewOrderPages
{
    private const string Folder = "examples/";
    private const string Resource = "service_order";

    /// <summary>The examples of orders, by name.</summary>
    public static IReadOnlyDictionary<string, string> Examples => field ??= Load();

    public static void Map(IEndpointRouteBuilder console)
    {
        console.MapPage("/orders/new", Methods.CreateOrder, visit => Task.FromResult(visit.Show<NewOrderPage>(
            new NewOrder(Examples.GetValueOrDefault(visit.Query("example"), ""), NewId(), null, []))));
        console.MapAction("/orders/new", Methods.CreateOrder, PlaceAsync);
    }

    private static async Task<IResult> PlaceAsync(Visit visit, IFormCollection form)
    {
        var text = form["order"].ToString();
        var order = new ServiceOrder();
        var read = JsonFormat.Read(Encoding.UTF8.GetBytes(text), order, JsonSource.Request);
        if (read.Malformation is { } malformation)
            return Refused(malformation.Message, [(malformation.Place, malformation.Message)]);
        if (read.Violations.Count > 0)
            return Refused("Some members are not what they have to be.", [.. read.Violations.Select(violation => (violation.Place, violation.Message))]);
        try
        {
            var created = await visit.Orders.CreateServiceOrderAsync(new CreateServiceOrderRequest { ServiceOrder = order, RequestId = form["request"].ToString() });
            return visit.Done("/orders/" + Uri.EscapeDataString(created.ServiceOrder.Id), Notices.OrderPlaced);
        }
        catch (Grpc.Core.RpcException refusal) when (refusal.StatusCode is Grpc.Core.StatusCode.InvalidArgument or Grpc.Core.StatusCode.FailedPrecondition)
        {
            TmfJsonExtensions.Refuse(visit.Http, refusal);
            var error = visit.Http.Features.Get<RestError>()!;
            return Refused(error.Message, [.. error.Violations.Select(violation => (Pointer(violation.Name), violation.Message))]);
        }

        IResult Refused(string problem, IReadOnlyList<(string, string)> violations) =>
            visit.Show<NewOrderPage>(new NewOrder(text, NewId(), problem, violations), StatusCodes.Status400BadRequest);
    }

    private static string NewId() => Guid.NewGuid().ToString();

    /// <summary>The place in the JSON of a field of the request: service_order.service_order_item[0].id is /serviceOrderItem/0/id.</summary>
    private static string Pointer(string field) => FieldPointer.Of(ServiceOrder.Descriptor, field.StartsWith(Resource + '.', StringComparison.Ordinal) ? field[(Resource.Length + 1)..] : field);

    private static Dictionary<string, string> Load()
    {
        var assembly = typeof(NewOrderPages).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder + "create-", StringComparison.Ordinal) && name.EndsWith("-order.json", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToDictionary(
                name => name[(Folder.Length + "create-".Length)..^"-order.json".Length],
                name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    return reader.ReadToEnd();
                });
    }
}
