#!/usr/bin/env bash
# coverlet.MTP 10.1.0 with MSTest 4.5.2, in the tests of an extension of Microsoft.ML 5.0.1.
# One would expect: --coverlet-include '[Microsoft.ML.Shouting]*' measures the assembly Microsoft.ML.Shouting, which is the project's own.
# What happens: coverlet derives from the referenced packages which assemblies to exclude, and where several share the beginning of their names it excludes all that do:
# "[Microsoft.ML.*]*". Exclusion wins over inclusion, the report is empty, the exit code 0. So what is named after the family that it extends is measured with no lines.
# The way out: any --coverlet-exclude of one's own replaces that list.
# Output seen: "included: 0 lines" and "with an exclusion of one's own: 4 lines".
set -euo pipefail
work="$(mktemp -d)"; trap 'rm -rf "$work"' EXIT; cd "$work"
mkdir lib test
cat >lib/Microsoft.ML.Shouting.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup></Project>
X
cat >lib/Shout.cs <<'X'
public static class Shout
{
    public static string Loud(string text)
    {
        string loud = text.ToUpperInvariant();
        return loud + "!";
    }
}
X
cat >test/Tests.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><EnableMSTestRunner>true</EnableMSTestRunner><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit>
  </PropertyGroup>
  <ItemGroup>
    <ProjectReference Include="../lib/Microsoft.ML.Shouting.csproj" />
    <PackageReference Include="Microsoft.ML" Version="5.0.1" />
    <PackageReference Include="MSTest.TestAdapter" Version="4.5.2" />
    <PackageReference Include="MSTest.TestFramework" Version="4.5.2" />
    <PackageReference Include="coverlet.MTP" Version="10.1.0" />
  </ItemGroup>
</Project>
X
cat >test/Test.cs <<'X'
using Microsoft.VisualStudio.TestTools.UnitTesting;

[TestClass]
public sealed class ShoutTests
{
    [TestMethod]
    public void ItIsLoud() => Assert.AreEqual("HELLO!", Shout.Loud("hello"));
}
X
dotnet build test --nologo --verbosity quiet -o out >build.log 2>&1 || { cat build.log; exit 1; }
measure() {
    out/Tests --coverlet --coverlet-output-format lcov --coverlet-include '[Microsoft.ML.Shouting]*' "$@" --results-directory results >run.log 2>&1 || { cat run.log; exit 1; }
    cat results/*.info | awk -F: '/^LH:/ { n += $2 } END { print n + 0 }'; rm -r results
}
plain="$(measure)"; own="$(measure --coverlet-exclude '[coverlet.*]*')"
echo "included: $plain lines"
echo "with an exclusion of one's own: $own lines"
[ "$plain" -eq 0 ] && [ "$own" -gt 0 ] || { echo "The behavior has changed."; exit 1; }
