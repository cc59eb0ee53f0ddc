#!/usr/bin/env bash
# Microsoft.ML 5.0.1.
# One would expect: disposing the cursor of ShuffleRows disposes the cursor that it reads, as filters, caches and TakeRows do; whoever frees memory or closes a file there relies on it.
# What happens: the input's cursor is never disposed, whether the pass went to the last row or not.
# Output seen: "TakeRows: 1 opened, 1 disposed", "FilterRowsByColumn: 1 opened, 1 disposed", "ShuffleRows: 1 opened, 0 disposed".
set -euo pipefail
work="$(mktemp -d)"; trap 'rm -rf "$work"' EXIT; cd "$work"
cat >shuffle.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="Microsoft.ML" Version="5.0.1" /></ItemGroup>
</Project>
X
cat >Program.cs <<'X'
using Microsoft.ML;
using Microsoft.ML.Data;

var ml = new MLContext(1);
IDataView rows = ml.Data.LoadFromEnumerable(Enumerable.Range(0, 10).Select(i => new Row { Number = i }).ToList());
string take = Count("TakeRows", view => ml.Data.TakeRows(view, 5));
string filter = Count("FilterRowsByColumn", view => ml.Data.FilterRowsByColumn(view, "Number", 2, 8));
string shuffle = Count("ShuffleRows", view => ml.Data.ShuffleRows(view));
return take.EndsWith("1 opened, 1 disposed") && filter.EndsWith("1 opened, 1 disposed") && shuffle.EndsWith("1 opened, 0 disposed") ? 0 : 1;

string Count(string what, Func<IDataView, IDataView> step)
{
    var counted = new CountedView(rows);
    IDataView view = step(counted);
    using (DataViewRowCursor cursor = view.GetRowCursor(view.Schema))
    {
        while (cursor.MoveNext())
        {
        }
    }

    // A producer on another thread is given time to come to its end.
    Thread.Sleep(1000);
    string line = $"{what}: {counted.Opened} opened, {counted.Disposed} disposed";
    Console.WriteLine(line);
    return line;
}

public class Row { public float Number { get; set; } }

public class CountedView(IDataView input) : IDataView
{
    public int Opened;
    public int Disposed;
    public bool CanShuffle => false;
    public DataViewSchema Schema => input.Schema;
    public long? GetRowCount() => input.GetRowCount();
    public DataViewRowCursor[] GetRowCursorSet(IEnumerable<DataViewSchema.Column> columnsNeeded, int n, Random? rand = null) => [GetRowCursor(columnsNeeded, rand)];

    public DataViewRowCursor GetRowCursor(IEnumerable<DataViewSchema.Column> columnsNeeded, Random? rand = null)
    {
        Interlocked.Increment(ref Opened);
        return new CountedCursor(input.GetRowCursor(columnsNeeded), this);
    }

    private class CountedCursor(DataViewRowCursor rows, CountedView view) : DataViewRowCursor
    {
        private bool _done;
        public override long Position => rows.Position;
        public override long Batch => rows.Batch;
        public override DataViewSchema Schema => rows.Schema;
        public override bool MoveNext() => rows.MoveNext();
        public override bool IsColumnActive(DataViewSchema.Column column) => rows.IsColumnActive(column);
        public override ValueGetter<TValue> GetGetter<TValue>(DataViewSchema.Column column) => rows.GetGetter<TValue>(column);
        public override ValueGetter<DataViewRowId> GetIdGetter() => rows.GetIdGetter();

        protected override void Dispose(bool disposing)
        {
            if (disposing && !_done)
            {
                _done = true;
                Interlocked.Increment(ref view.Disposed);
                rows.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
X
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
dotnet build --nologo --verbosity quiet -o out >build.log 2>&1 || { cat build.log; exit 1; }
out/shuffle || { echo "The behavior has changed."; exit 1; }
