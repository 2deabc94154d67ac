using System.Text;
using ServiceOrdering.Errors.V1;
using ServiceOrdering.Json;
using ServiceOrdering.Server.Errors;
using Tmf.Common.V4;

namespace ServiceOrdering.Server.WebConsole.Fallout;

/// <summary>The service that somebody says was delivered by hand: in fields, and what has no field as JSON.</summary>
internal static class DeliveredByHand
{
    public static ServiceRefOrValue Read(IFormCollection form)
    {
        var service = new ServiceRefOrValue();
        if (FalloutPages.Text(form, "service") is { Length: > 0 } json)
        {
            var read = JsonFormat.Read(Encoding.UTF8.GetBytes(json), service, JsonSource.Request);
            if (read.Malformation is { } malformation)
                throw ApiErrors.RequestInvalid([RequestFields.Violation("service", ErrorReason.FieldInvalid, $"This is no JSON of a service: {malformation.Message}")]);
            if (!read.Succeeded)
                throw ApiErrors.RequestInvalid([.. read.Violations.Select(violation => RequestFields.Violation($"service{violation.Place}", ErrorReason.FieldInvalid, violation.Message))]);
        }
        if (FalloutPages.Text(form, "name") is { Length: > 0 } name)
            service.Name = name;
        service.ServiceCharacteristic.Add(CharacteristicRows.Read(form));
        return service;
    }
}
