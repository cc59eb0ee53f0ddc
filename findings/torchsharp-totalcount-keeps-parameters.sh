#!/usr/bin/env bash
# TorchSharp 0.107.0 with libtorch-cpu-linux-x64 2.10.0.
# One would expect: torch.Tensor.TotalCount, "the total number of live tensors", is back at its start when a module and its parameters are disposed.
# What happens: a tensor that became a Parameter has given its memory away and is never counted off; every Parameter ever made leaves one. A leak test over TotalCount that
# makes a module each time fails without a leak.
# Output seen: "100 parameters made and disposed: 100 more tensors", "100 plain tensors made and disposed: 0 more tensors".
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d)"; trap 'rm -rf "$work"' EXIT; cd "$work"
cat >count.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="TorchSharp" Version="0.107.0" /><PackageReference Include="libtorch-cpu-linux-x64" Version="2.10.0" /></ItemGroup>
</Project>
X
cat >Program.cs <<'X'
using TorchSharp.Modules;
using static TorchSharp.torch;

long Growth(Func<IDisposable> make)
{
    make().Dispose();
    long before = Tensor.TotalCount;
    for (int i = 0; i < 100; i++)
    {
        make().Dispose();
    }

    GC.Collect();
    GC.WaitForPendingFinalizers();
    return Tensor.TotalCount - before;
}

long parameters = Growth(() => new Parameter(zeros(3)));
long plain = Growth(() => zeros(3));
Console.WriteLine($"100 parameters made and disposed: {parameters} more tensors");
Console.WriteLine($"100 plain tensors made and disposed: {plain} more tensors");
return parameters == 100 && plain == 0 ? 0 : 1;
X
# TorchSharp's native part needs GCC 13's C++ runtime, or this over GCC 12's.
"$here/../build/cxx-runtime.sh" "$work/cxx" >/dev/null
dotnet build --nologo --verbosity quiet -o out >build.log 2>&1 || { cat build.log; exit 1; }
LD_LIBRARY_PATH="$work/cxx" out/count || { echo "The behavior has changed."; exit 1; }
