#!/usr/bin/env bash
# SixLabors.ImageSharp 2.1.13.
# One would expect: a binary PPM file (P6) is a text header, one white-space character, then three bytes a pixel, whatever their values, as Netpbm's format says and Pillow reads.
# What happens: the decoder goes on skipping after that one character, and takes bytes of the picture that look like white space (9, 10, 13, 32) for more of it. All following bytes move up,
# and every pixel has another color, or the file counts as too short.
# Output seen for a picture of 2 x 1 pixels, (32, 100, 200) and (1, 2, 3), with some bytes behind it: "expected (32, 100, 200), read (100, 200, 1)".
set -euo pipefail
work="$(mktemp -d)"; trap 'rm -rf "$work"' EXIT; cd "$work"
cat >ppm.csproj <<'X'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><ImplicitUsings>enable</ImplicitUsings><NuGetAudit>false</NuGetAudit></PropertyGroup>
  <ItemGroup><PackageReference Include="SixLabors.ImageSharp" Version="2.1.13" /></ItemGroup>
</Project>
X
cat >Program.cs <<'X'
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

byte[] file = [.. "P6\n2 1\n255\n"u8, 32, 100, 200, 1, 2, 3, .. "P6\n1 1\n255\n"u8, 7, 8, 9];
using Image<Rgb24> image = Image.Load<Rgb24>(file);
Rgb24 first = image[0, 0];
Console.WriteLine($"expected (32, 100, 200), read ({first.R}, {first.G}, {first.B})");
return first is { R: 100, G: 200, B: 1 } ? 0 : 1;
X
dotnet build --nologo --verbosity quiet -o out >build.log 2>&1 || { cat build.log; exit 1; }
out/ppm || { echo "The behavior has changed."; exit 1; }
