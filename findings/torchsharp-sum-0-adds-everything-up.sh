#!/usr/bin/env bash
# TorchSharp 0.107.0 with libtorch-cpu-linux-x64 2.10.0.
# One would expect: x.sum(0) adds up along the first axis, as in PyTorch, and as x.sum(1) does along the second.
# What happens: C# converts the constant 0, and no other, to the enumeration of the overload sum(ScalarType?), whose 0 is Byte: all numbers are added up, to one byte, and what is
# beyond 255 is cut off. It compiles without a warning, and broadcasting carries the number on. x.sum([0]) and x.sum(dim: 0) are the sums along the first axis.
# Output seen, for x float32 [2, 3] full of 100: "sum(0): [] Byte 88; sum(1): [2] Float32 300; sum([0]): [3] Float32 200; sum(dim: 0): [3] Float32 200".
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
work="$(mktemp -d)"; trap 'rm -rf "$work"' EXIT; cd "$work"
cat >add.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="TorchSharp" Version="0.107.0" /><PackageReference Include="libtorch-cpu-linux-x64" Version="2.10.0" /></ItemGroup>
</Project>
X
cat >Program.cs <<'X'
using TorchSharp;
using static TorchSharp.torch;

Tensor x = full(2, 3, 100f);
string seen = string.Join("; ", Text("sum(0)", x.sum(0)), Text("sum(1)", x.sum(1)), Text("sum([0])", x.sum([0])), Text("sum(dim: 0)", x.sum(dim: 0)));
Console.WriteLine(seen);
return seen == "sum(0): [] Byte 88; sum(1): [2] Float32 300; sum([0]): [3] Float32 200; sum(dim: 0): [3] Float32 200" ? 0 : 1;

static string Text(string call, Tensor sum) => $"{call}: [{string.Join(", ", sum.shape)}] {sum.dtype} {sum.flatten()[0].to(float64).item<double>()}";
X
# TorchSharp's native part needs GCC 13's C++ runtime, or this over GCC 12's.
"$here/../build/cxx-runtime.sh" "$work/cxx" >/dev/null
dotnet build --nologo --verbosity quiet -o out >build.log 2>&1 || { cat build.log; exit 1; }
LD_LIBRARY_PATH="$work/cxx" out/add || { echo "The behavior has changed."; exit 1; }
