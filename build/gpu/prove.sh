#!/usr/bin/env bash
# On a machine with a GPU: builds the native layer against the libtorch of this machine's Python torch, runs the tests of category Cuda, then the named benchmarks,
# "gpu" where none is named. Usage: prove.sh [BENCHMARK...]. It wants python3 with torch 2.x, CMake and g++.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
torch="$(python3 -c 'import torch; print(torch.__path__[0])')"
# Only the half over libtorch: pictures are not decoded here, and the image codecs' headers may be missing.
cmake -S native -B build -DCMAKE_PREFIX_PATH="$torch" -DLOREAL_IMAGE=OFF -DCMAKE_LIBRARY_OUTPUT_DIRECTORY="$PWD/programs" >configure.log 2>&1 || { cat configure.log; exit 1; }
cmake --build build --parallel >build.log 2>&1 || { cat build.log; exit 1; }
export LD_LIBRARY_PATH="$torch/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 OMP_WAIT_POLICY=passive
python3 - <<'PYTHON'
import torch
print("torch", torch.__version__, "CUDA", torch.version.cuda, torch.cuda.get_device_name(0) if torch.cuda.is_available() else "no GPU")
PYTHON
status=0
programs/Microsoft.ML.Loreal.Tests --filter TestCategory=Cuda || status=$?
for benchmark in "${@:-gpu}"; do
    # Without quotes: "gpu small" is two words.
    programs/Microsoft.ML.Loreal.PerformanceTests $benchmark || status=$?
done
exit "$status"
