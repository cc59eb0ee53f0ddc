#!/usr/bin/env bash
# TorchSharp 0.107.0 with libtorch-cpu-linux-x64 2.10.0.
# One would expect: torch.baddbmm(input, batch1, batch2) and input.baddbmm(batch1, batch2) are input + batch1 @ batch2, as in PyTorch.
# What happens: both are batch2 + input @ batch1: what is called input is the first factor, and the last argument is what is added. With square matrices that is another number
# without a word, with others an error about shapes.
# Output seen, where input is full of 100, batch1 of 1 and batch2 of 2, all [1, 2, 2]: "expected 104; the function gives 202; the method gives 202".
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
using static TorchSharp.torch;

Tensor input = full(1, 2, 2, 100f), first = full(1, 2, 2, 1f), second = full(1, 2, 2, 2f);
float expected = (input + bmm(first, second)).mean().item<float>();
float byFunction = baddbmm(input, first, second).mean().item<float>();
float byMethod = input.baddbmm(first, second).mean().item<float>();
Console.WriteLine($"expected {expected}; the function gives {byFunction}; the method gives {byMethod}");
return expected == 104 && byFunction == 202 && byMethod == 202 ? 0 : 1;
X
# TorchSharp's native part needs GCC 13's C++ runtime, or this over GCC 12's.
"$here/../build/cxx-runtime.sh" "$work/cxx" >/dev/null
dotnet build --nologo --verbosity quiet -o out >build.log 2>&1 || { cat build.log; exit 1; }
LD_LIBRARY_PATH="$work/cxx" out/add || { echo "The behavior has changed."; exit 1; }
