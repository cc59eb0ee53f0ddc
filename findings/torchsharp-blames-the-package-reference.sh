#!/usr/bin/env bash
# TorchSharp 0.107.0 with libtorch-cpu-linux-x64 2.10.0.
# One would expect: where a native library does not load, the exception says what the system's loader said.
# What happens: whatever the cause, the exception asks for a reference to a libtorch package, in some 40 lines, also where that package is referenced and lies beside the
# program and another library is what is missing. The loader's words are in none of it. TorchSharp also writes the same to the console, and, where it finds the packages in NuGet's
# cache, first copies their half gigabyte into a folder "cpu" beside the program.
# The way to the loader's words: NativeLibrary.Load on the path of the library. Seen here by taking one library, libc10.so, out of a program's folder.
# Output seen: the exception names the package reference: True; it names libc10.so as missing: False; NativeLibrary.Load names it: True.
set -euo pipefail
work="$(mktemp -d)"; trap 'rm -rf "$work"' EXIT; cd "$work"
cat >load.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit><RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>false</SelfContained></PropertyGroup>
  <ItemGroup><PackageReference Include="TorchSharp" Version="0.107.0" /><PackageReference Include="libtorch-cpu-linux-x64" Version="2.10.0" /></ItemGroup>
</Project>
X
cat >Program.cs <<'X'
using System.Runtime.InteropServices;
using TorchSharp;

const string Loader = "libc10.so: cannot open shared object file";
string said = "";
try
{
    torch.zeros(1);
    Console.WriteLine("It loaded.");
    return 1;
}
catch (Exception error)
{
    said = error.ToString();
}

string own = "";
try
{
    NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, "libtorch_cpu.so"));
}
catch (DllNotFoundException error)
{
    own = error.Message;
}

bool package = said.Contains("libtorch-cpu");
Console.WriteLine($"the exception names the package reference: {package}; it names libc10.so as missing: {said.Contains(Loader)}; NativeLibrary.Load names it: {own.Contains(Loader)}");
return package && !said.Contains(Loader) && own.Contains(Loader) ? 0 : 1;
X
dotnet build --nologo --verbosity quiet -o out >build.log 2>&1 || { cat build.log; exit 1; }
rm out/libc10.so
NUGET_PACKAGES="$work/empty" out/load | tail -n 1 || { echo "The behavior has changed."; exit 1; }
