#!/usr/bin/env bash
# The one script of this repository: ./build.sh --help
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
invoked_from="$PWD"
cd "$root"

usage() {
    cat <<'EOF'
./build.sh COMMAND [ARGUMENTS]

  demo [ARGS]     train, evaluate, save, reload and predict on generated pictures or on your own
                  (./build.sh demo --help lists its options)
  test [ARGS]     build and run the tests, and tell which share of the product's lines they ran; with ARGS, which go to the
                  test runner, only those: for example --filter TestCategory=Fixtures
  web [ARGS]      classify pictures over HTTP, with a page to try it (./build.sh web --help lists its options)
  bench [NAME]    measure; without a name it lists the benchmarks (./build.sh bench NAME --help lists one's options)
  pack            make the NuGet packages
  format          check the code style

Every command installs what it lacks first. docs/building.md tells more.
EOF
}
say() { printf '%s\n' "$*" >&2; }
die() { say "build.sh: $*"; exit 1; }

# Installs the Debian packages that are not there yet; says what is wrong where it cannot.
install() {
    local missing=() package sudo=sudo
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    [ "$(id -u)" -ne 0 ] || sudo=env
    command -v apt-get >/dev/null && command -v $sudo >/dev/null || { say "These packages are missing, and only apt-get as root or through sudo is known here: ${missing[*]}"; return 1; }
    say "Installing ${missing[*]} ..."
    { $sudo apt-get update && $sudo apt-get install -y --no-install-recommends "${missing[@]}"; } </dev/null >artifacts/apt.log 2>&1 || { tail -n 15 artifacts/apt.log >&2; return 1; }
}

# The SDK on the PATH or where its installers put it, and what it needs of a bare system.
find_sdk() {
    local folder libraries
    for folder in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet /opt/dotnet; do
        command -v dotnet >/dev/null || [ ! -x "$folder/dotnet" ] || export PATH="$folder:$PATH"
    done
    command -v dotnet >/dev/null || die "the .NET 10 SDK is needed: 'dotnet' is neither on the PATH nor in the usual folders"
    export DEBIAN_FRONTEND=noninteractive DOTNET_ROOT DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
    DOTNET_ROOT="$(dirname "$(readlink -f "$(command -v dotnet)")")"
    libraries="$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p)"
    [[ "$libraries" == *libicuuc* ]] || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
    [[ -e /etc/ssl/certs/ca-certificates.crt && "$libraries" == *libssl.so* ]] || install openssl ca-certificates || die "packages cannot be restored without them"
}

# These decide the speed and must stand before native libraries load.
tune_native_libraries() {
    # Idle OpenMP threads that spin cost 2 to 10 times on few cores.
    export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
    # MKL otherwise lets the last bits depend on where a tensor lies in memory. Free of charge where it was measured.
    export MKL_CBWR="${MKL_CBWR:-AUTO,STRICT}"
    # Without these glibc maps and unmaps every large temporary tensor.
    export MALLOC_MMAP_MAX_="${MALLOC_MMAP_MAX_:-0}" MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-20000000000}"
}

# Builds a project, showing the log only where that fails; $program is then its path.
build() {
    local log=artifacts/build.log name="${1##*/}"
    program="$root/artifacts/bin/$name/release/$name"
    dotnet build "$1" --configuration Release --nologo --verbosity quiet >"$log" 2>&1 ||
        { { grep -E 'error|warning' "$log" || cat "$log"; } | sort -u | head -40 >&2; die "$1 does not build"; }
}

# Over GCC 12's C++ runtime TorchSharp needs a function of GCC 13's.
complete_cxx_runtime() {
    local folder="$root/artifacts/cxx-runtime"
    build/cxx-runtime.sh "$folder" >artifacts/cxx-runtime.log 2>&1 || { install gcc binutils && build/cxx-runtime.sh "$folder" >/dev/null; } ||
        die "TorchSharp cannot run here: $(cat artifacts/cxx-runtime.log)"
    [ ! -e "$folder/libstdc++.so.6" ] || export LD_LIBRARY_PATH="$folder${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

# Builds a program and runs it with the remaining arguments, where the user is: paths among them are the user's.
run_project() {
    build "$1"; shift
    complete_cxx_runtime
    tune_native_libraries
    (cd "$invoked_from" && "$program" "$@")
}

run_tests() {
    local log=artifacts/test.log results=artifacts/results status=0 counted=() report
    # The tests of the web page need a browser; without one they are skipped.
    command -v chromium >/dev/null || install chromium || say "Chromium cannot be installed here: the tests of the web page are skipped."
    install qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross || say "An emulator of Arm cannot be installed here: the tests of the edge program there are skipped."
    rm -rf "$results"
    # Unless told what to exclude, coverlet excludes every assembly whose name begins like a referenced package's: Microsoft.ML.*.
    [ $# -gt 0 ] || counted=(--coverlet --coverlet-single-hit --coverlet-output-format lcov --coverlet-include '[Microsoft.ML.Loreal]*'
        --coverlet-include '[Microsoft.ML.Loreal.Core]*' --coverlet-include '[Microsoft.ML.Loreal.Onnx]*' --coverlet-exclude '[coverlet.*]*' --results-directory "$root/$results")
    run_project test/Microsoft.ML.Loreal.Tests ${counted[@]+"${counted[@]}"} "$@" 2>&1 | tee "$log" || status=$?
    # The runner colors its summary in some environments.
    count() { sed -E 's/\x1b\[[0-9;]*m//g' "$log" | sed -nE "s/^ *$1: *([0-9]+).*/\1/p" | tail -n 1; }
    [ -n "$(count succeeded)" ] || die "the test program ended with status $status before its summary"
    for report in "$results"/*.info; do [ ! -e "$report" ] || awk -v root="$root/" -f build/coverage.awk "$report"; done
    echo "$(count succeeded) passed, $(count failed) failed, $(count skipped) skipped"
    return "$status"
}

command="${1:---help}"
case "$command" in
    demo|test|web|bench|pack|format) shift; mkdir -p artifacts; find_sdk ;;
    -h|--help) usage; exit 0 ;;
    *) usage >&2; die "unknown command '$command'" ;;
esac
case "$command" in
    demo) run_project samples/QuickStart "$@" ;;
    test) run_tests "$@" ;;
    web) run_project samples/WebScoring "$@" ;;
    bench) run_project test/Microsoft.ML.Loreal.PerformanceTests "$@" ;;
    pack) dotnet pack Microsoft.ML.Loreal.sln --configuration Release --nologo "$@" ;;
    format) dotnet format Microsoft.ML.Loreal.sln --verify-no-changes "$@" ;;
esac
