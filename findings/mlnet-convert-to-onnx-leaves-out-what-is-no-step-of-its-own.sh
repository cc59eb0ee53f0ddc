#!/usr/bin/env bash
# Microsoft.ML 5.0.1 with Microsoft.ML.OnnxConverter 0.23.1; Microsoft.ML.OnnxRuntime 1.31.1 to look at the file.
# One would expect: ConvertToOnnx of a chain with a user's own ITransformer throws, as it does for ML.NET's own steps that cannot be converted ("can not be fully converted").
# What happens: ConvertToOnnx follows the transformed view back through an interface that is internal to ML.NET (IDataTransform). The view of a user's own ITransformer has not got it, so
# the walk ends there and takes that view for the source: the file is written without that step and all before it, and what the step computes is asked for as an input.
# A custom step that is part of ML.NET (CustomMapping) throws.
# Output seen: "own step at the end: written; inputs: Number, Twice", "custom mapping at the end: InvalidOperationException".
set -euo pipefail
work="$(mktemp -d)"; trap 'rm -rf "$work"' EXIT; cd "$work"
cat >onnx.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.ML" Version="5.0.1" /><PackageReference Include="Microsoft.ML.OnnxConverter" Version="0.23.1" /><PackageReference Include="Microsoft.ML.OnnxRuntime" Version="1.31.1" /></ItemGroup>
</Project>
X
cat >Program.cs <<'X'
using Microsoft.ML;
using Microsoft.ML.Data;

var ml = new MLContext(1);
IDataView data = ml.Data.LoadFromEnumerable(new[] { new Row { Number = 1 }, new Row { Number = 2 } });

string own = Convert(new Doubling());
string mapping = Convert(ml.Transforms.CustomMapping<Row, Doubled>((row, doubled) => doubled.Twice = 2 * row.Number, null).Fit(data));
Console.WriteLine("own step at the end: " + own);
Console.WriteLine("custom mapping at the end: " + mapping);
return own == "written; inputs: Number, Twice" && mapping == "InvalidOperationException" ? 0 : 1;

string Convert(ITransformer model)
{
    try
    {
        using var file = new MemoryStream();
        ml.Model.ConvertToOnnx(model, data, file);
        using var session = new Microsoft.ML.OnnxRuntime.InferenceSession(file.ToArray());
        return "written; inputs: " + string.Join(", ", session.InputMetadata.Keys.Order());
    }
    catch (Exception exception)
    {
        return exception.GetType().Name;
    }
}

public class Row { public float Number { get; set; } }
public class Doubled { public float Twice { get; set; } }

/// A step through ML.NET's public interfaces alone.
public class Doubling : ITransformer
{
    public bool IsRowToRowMapper => false;
    public IDataView Transform(IDataView input) => new DoubledView(input);
    public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => DoubledView.Extend(inputSchema);
    public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();
    public void Save(ModelSaveContext ctx) => throw new NotSupportedException();
}

public class DoubledView(IDataView input) : IDataView
{
    public bool CanShuffle => false;
    public DataViewSchema Schema { get; } = Extend(input.Schema);
    public long? GetRowCount() => input.GetRowCount();
    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null) => throw new NotSupportedException();
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => throw new NotSupportedException();

    public static DataViewSchema Extend(DataViewSchema input)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumns(input);
        builder.AddColumn("Twice", NumberDataViewType.Single);
        return builder.ToSchema();
    }
}
X
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
dotnet build --nologo --verbosity quiet -o out >build.log 2>&1 || { cat build.log; exit 1; }
out/onnx || { echo "The behavior has changed."; exit 1; }
