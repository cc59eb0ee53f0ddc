using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms;

[assembly: LoadableClass(typeof(ColumnSelectingTransformer), null, typeof(SignatureLoadModel), "Select Columns Transform", ColumnSelectingTransformer.LoaderSignature)]

namespace Microsoft.ML.Transforms;

/// <summary>Keeps the named columns in the named order, or drops the named ones.</summary>
public sealed class ColumnSelectingTransformer : ITransformer
{
    internal const string LoaderSignature = "SelectColumnsTransform";

    private readonly IHost _host;
    private readonly string[] _names;
    private readonly bool _keep;
    private readonly bool _keepHidden;
    private readonly bool _ignoreMissing;

    internal ColumnSelectingTransformer(IHostEnvironment env, string[] names, bool keep, bool keepHidden, bool ignoreMissing)
    {
        _host = env.Register(nameof(ColumnSelectingTransformer));
        _host.CheckNonEmpty(names, nameof(names));
        _names = names;
        _keep = keep;
        _keepHidden = keepHidden;
        _ignoreMissing = ignoreMissing;
    }

    bool ITransformer.IsRowToRowMapper => true;

    private static VersionInfo Version => new(
        modelSignature: "SELCOLST",
        verWrittenCur: 0x00010001,
        verReadableCur: 0x00010001,
        verWeCanReadBack: 0x00010001,
        loaderSignature: LoaderSignature,
        loaderAssemblyName: typeof(ColumnSelectingTransformer).Assembly.FullName);

    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return MapTo(new EmptyDataView(inputSchema)).OutputSchema;
    }

    public IDataView Transform(IDataView input)
    {
        _host.CheckValue(input, nameof(input));
        return MapTo(input);
    }

    IRowToRowMapper ITransformer.GetRowToRowMapper(DataViewSchema inputSchema)
    {
        _host.CheckValue(inputSchema, nameof(inputSchema));
        return MapTo(new EmptyDataView(inputSchema));
    }

    void ICanSaveModel.Save(ModelSaveContext ctx)
    {
        ctx.SetVersionInfo(Version);
        ctx.Writer.Write(_keep);
        ctx.Writer.Write(_keepHidden);
        ctx.Writer.Write(_ignoreMissing);
        ctx.Writer.Write(_names.Length);
        foreach (var name in _names)
        {
            ctx.SaveNonEmptyString(name);
        }
    }

    internal void CheckColumns(IEnumerable<string> available, string parameter)
    {
        var missing = _names.Except(available).ToArray();
        if (missing.Length > 0 && !_ignoreMissing)
        {
            throw _host.ExceptSchemaMismatch(parameter, "input", string.Join(",", missing));
        }
    }

    internal IEnumerable<TColumn> Selected<TColumn>(IEnumerable<TColumn> columns, Func<TColumn, string> name)
        => _keep
            ? _names.SelectMany(kept => columns.Where(column => name(column) == kept))
            : columns.Where(column => !_names.Contains(name(column)));

    private static ColumnSelectingTransformer Create(IHostEnvironment env, ModelLoadContext ctx)
    {
        ctx.CheckAtModel(Version);
        var keep = ctx.Reader.ReadBoolean();
        var keepHidden = ctx.Reader.ReadBoolean();
        var ignoreMissing = ctx.Reader.ReadBoolean();
        var count = ctx.Reader.ReadInt32();
        env.CheckDecode(count > 0);
        var names = new List<string>();
        for (var index = 0; index < count; index++)
        {
            names.Add(ctx.LoadNonEmptyString());
        }
        return new ColumnSelectingTransformer(env, [.. names], keep, keepHidden, ignoreMissing);
    }

    private SelectedColumnsDataView MapTo(IDataView input)
    {
        CheckColumns(input.Schema.Select(static column => column.Name), nameof(input));
        // Dropping keeps hidden columns of other names whatever was asked.
        var candidates = input.Schema.Where(column => !_keep || _keepHidden || !column.IsHidden);
        return new SelectedColumnsDataView(input, [.. Selected(candidates, static column => column.Name).Select(static column => column.Index)]);
    }
}
