#!/usr/bin/env bash
# Microsoft.ML 5.0.1 in a file-based app of the .NET 10 SDK (dotnet run app.cs).
# One would expect: LoadFromEnumerable works there as in a project; dotnet run compiles just in time, nothing is published.
# What happens: file-based apps are set up for native AOT (PublishAot is true by default), which turns dynamic code off in dotnet run too. ML.NET makes its getters as dynamic code, so
# that LoadFromEnumerable throws, and PredictionEngine would. "#:property PublishAot=false" in the file makes it work.
# Output seen: "without the property: TargetInvocationException; with it: 2 rows".
set -euo pipefail
work="$(mktemp -d)"; trap 'rm -rf "$work"' EXIT; cd "$work"
cat >without.cs <<'X'
#:package Microsoft.ML@5.0.1
#:property NuGetAudit=false
using Microsoft.ML;

try
{
    IDataView data = new MLContext().Data.LoadFromEnumerable([new Row { Number = 1 }, new Row { Number = 2 }]);
    Console.WriteLine($"{data.Preview().RowView.Length} rows");
}
catch (Exception exception)
{
    Console.WriteLine(exception.GetType().Name);
}

class Row
{
    public float Number { get; set; }
}
X
{ echo '#:property PublishAot=false'; cat without.cs; } >with.cs
seen="without the property: $(dotnet run without.cs | tail -n 1); with it: $(dotnet run with.cs | tail -n 1)"
echo "$seen"
[ "$seen" = "without the property: TargetInvocationException; with it: 2 rows" ] || { echo "The behavior has changed."; exit 1; }
