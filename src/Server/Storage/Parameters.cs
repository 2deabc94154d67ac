using System.Data;
using System.Data.Common;
using Dapper;
using ServiceOrdering.Query;

namespace ServiceOrdering.Server.Storage;

/// <summary>Named values of a statement whose names are not known when it is compiled; else an anonymous object does as well.</summary>
internal sealed class Parameters : SqlMapper.IDynamicParameters
{
    private readonly List<(string Name, object? Value)> _values = [];

    public static Parameters Of(string name, object? value) => new Parameters().With(name, value);

    /// <summary>The parameters of translated queries.</summary>
    public static Parameters Of(params IReadOnlyList<SqlParameter>[] translated)
    {
        var parameters = new Parameters();
        foreach (var (name, value) in translated.SelectMany(each => each))
            parameters.With(name.TrimStart('@'), value);
        return parameters;
    }

    public Parameters With(string name, object? value)
    {
        _values.Add(("@" + name, value));
        return this;
    }

    /// <summary>Gives a statement its values; one that has had values of these names keeps its parameters.</summary>
    public void Bind(DbCommand command)
    {
        var bound = command.Parameters;
        if (bound.Count != _values.Count)
            bound.Clear();
        for (var i = 0; i < _values.Count; i++)
        {
            var (name, value) = _values[i];
            if (bound.Count == i)
                Add(command, name, value);
            else if (bound[i].ParameterName == name)
                bound[i].Value = value ?? DBNull.Value;
            else
                throw new InvalidOperationException($"The values of one statement come in one order: {name} is not {bound[i].ParameterName}.");
        }
    }

    void SqlMapper.IDynamicParameters.AddParameters(IDbCommand command, SqlMapper.Identity identity)
    {
        foreach (var (name, value) in _values)
            Add(command, name, value);
    }

    private static void Add(IDbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
    }
}
