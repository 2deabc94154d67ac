using System.Text.Json;
using ServiceOrdering.Json;
using ServiceOrdering.Query;
using ServiceOrdering.Server.Resources;
using ServiceOrdering.Server.Storage;
using Tmf.ServiceOrdering.V4;
using Nbi = global::Onap.Nbi.V4;

namespace ServiceOrdering.Server.Onap;

/// <summary>The parameters of a list of orders, in our own grammar. Pure.</summary>
internal static class NbiOrderQuery
{
    private static readonly ServiceOrderState[] States = [.. Enum.GetValues<ServiceOrderState>().Where(state => state != ServiceOrderState.Unspecified)];

    /// <summary>Which orders are asked for; null where none can be, since there is no such state.</summary>
    public static ResourceQuery? Check(Nbi.ListServiceOrdersRequest request, Sight sight)
    {
        var parameters = NbiQuery.Read(request.Filter).ToLookup(parameter => parameter.Name, parameter => parameter.Value);
        var filter = Filter(parameters);
        var query = ResourceQuery.Check(
            sight, ResourceSchema.For(ServiceOrder.Descriptor), UnknownAttributes.MatchNothing, filter ?? "", "", request.Offset, request.HasLimit ? request.Limit : null, request.PageToken);
        return filter is null ? null : query;
    }

    /// <summary>The same as a filter of ours: conditions on texts as a path, whose values can have any characters; null where nothing can match.</summary>
    private static string? Filter(ILookup<string, string> parameters)
    {
        var conditions = new List<string>();
        var texts = new[] { "externalId", "description" }.Where(parameters.Contains)
            .Select(name => $"({string.Join(" || ", parameters[name].Select(value => $"@.{name}=={JsonSerializer.Serialize(value)}"))})").ToList();
        if (texts.Count > 0)
            conditions.Add("filter=" + Uri.EscapeDataString($"$[?({string.Join(" && ", texts)})]"));
        foreach (var name in new[] { "orderDate.gt", "orderDate.lt" })
            conditions.AddRange(parameters[name].Select(value => $"{name}={Uri.EscapeDataString(value.Replace(' ', '+'))}"));
        if (parameters.Contains("state"))
        {
            var asked = parameters["state"].SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries)).ToHashSet(StringComparer.OrdinalIgnoreCase);
            var states = States.Where(state => asked.Contains(EnumNames.Json(NbiStates.Of(state)))).Select(state => EnumNames.Json(state)).ToList();
            if (states.Count == 0)
                return null;
            conditions.Add($"state={string.Join(',', states)}");
        }
        return string.Join('&', conditions);
    }
}
