#!/usr/bin/env bash
# Packs the tests and the benchmarks for a machine that has a GPU and a Python torch, but neither .NET nor a network: artifacts/gpu/loreal-gpu.tar.xz.
# There: tar xf loreal-gpu.tar.xz && loreal-gpu/prove.sh
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$root"
export LorealBuildMode=offline
out=artifacts/gpu/loreal-gpu
rm -rf artifacts/gpu
mkdir -p "$out"
for program in Microsoft.ML.Loreal.Tests Microsoft.ML.Loreal.PerformanceTests; do
    dotnet publish "test/$program" --configuration Release --runtime linux-x64 --self-contained -p:ErrorOnDuplicatePublishOutputFiles=false --output "$out/programs" --nologo --verbosity quiet
done
cp -r build/offline/native "$out/native"
cp build/gpu/prove.sh "$out/"
XZ_OPT=-T0 tar -C artifacts/gpu -cJf artifacts/gpu/loreal-gpu.tar.xz loreal-gpu
du -h artifacts/gpu/loreal-gpu.tar.xz
