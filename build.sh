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
  bench [NAME]    measure; without a name it lists the benchmarks
  pack            make the NuGet package
  format          check the code style

Every command installs what it lacks first. docs/building.md tells more.
EOF
}
say() { printf '%s\n' "$*" >&2; }
die() { say "build.sh: $*"; exit 1; }

# Installs the Debian packages that are not there yet.
install() {
    local missing=() package as_root=()
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "these packages are needed: ${missing[*]}"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "install these packages as root: ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installing ${missing[*]} ..."
    { ${as_root[@]+"${as_root[@]}"} apt-get update && ${as_root[@]+"${as_root[@]}"} env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "${missing[@]}"; } >artifacts/apt.log 2>&1 ||
        { tail -n 15 artifacts/apt.log >&2; return 1; }
}

# The SDK on the PATH or where its installers put it, and what it needs of a bare system.
find_sdk() {
    local folder
    for folder in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /usr/local/share/dotnet /opt/dotnet; do
        command -v dotnet >/dev/null && break
        [ ! -x "$folder/dotnet" ] || export PATH="$folder:$PATH"
    done
    command -v dotnet >/dev/null || die "the .NET 10 SDK is needed: there is no 'dotnet' on the PATH nor in the usual folders (https://dotnet.microsoft.com/download)"
    DOTNET_ROOT="$(dirname "$(readlink -f "$(command -v dotnet)")")"
    export DOTNET_ROOT DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
    ldconfig -p | grep -q libicuuc || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
    ldconfig -p | grep -q 'libssl\.so\.3' || install libssl3 ca-certificates || die "the SDK needs OpenSSL"
    [ -n "${SSL_CERT_FILE:-}" ] || [ -e /etc/ssl/certs/ca-certificates.crt ] || install ca-certificates || die "the SDK needs certificates"
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

# Builds a project, showing the log only where that fails, and tells its program's path.
build() {
    local name log=artifacts/build.log
    name="$(basename "$1")"
    dotnet build "$1" --configuration Release --nologo --verbosity quiet >"$log" 2>&1 ||
        { grep -E 'error|warning' "$log" | sort -u | head -40 >&2 || tail "$log" >&2; die "$1 does not build"; }
    program="$root/artifacts/bin/$name/release/$name"
}

# Over GCC 12's C++ runtime TorchSharp needs a function of GCC 13's.
complete_cxx_runtime() {
    install libstdc++6 || die "TorchSharp needs the C++ runtime"
    ! grep -aq 'GLIBCXX_3[.]4[.]32' /usr/lib/x86_64-linux-gnu/libstdc++.so.6 || return 0
    install gcc binutils || die "gcc and binutils make what this system's C++ runtime lacks"
    build/cxx-runtime.sh artifacts/cxx-runtime >/dev/null
    export LD_LIBRARY_PATH="$root/artifacts/cxx-runtime${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

# Runs the built program where the user is: paths among its arguments are the user's.
run() { (cd "$invoked_from" && "$program" "$@"); }

run_project() {
    build "$1"; shift
    complete_cxx_runtime
    tune_native_libraries
    run "$@"
}

# The share of the product's lines that the tests ran, and the files where it is small.
print_coverage() {
    awk -F: -v root="$root/" '
        /^SF:/ { file = substr($0, 4 + length(root)) }
        /^LF:/ { lines[file] = $2; all += $2 }
        /^LH:/ { share = 100 * $2 / lines[file]; hit += $2; if (share < 80) few = few sprintf("\n  %5.1f %%  %s", share, file) }
        END { printf "Coverage: %.1f %% of %d lines; %s\n", 100 * hit / all, all, few ? "files under 80 %:" few : "no file under 80 %" }' "$1"
}

run_tests() {
    # The tests of the web page need a browser; without one they are skipped.
    install chromium || say "Chromium cannot be installed here: the tests of the web page are skipped."
    local results=artifacts/results log=artifacts/test.log status=0 counted=()
    rm -rf "$results"
    [ $# -gt 0 ] || counted=(--coverlet --coverlet-output-format lcov --coverlet-include "[Microsoft.ML.Loreal]*" --results-directory "$root/$results")
    run_project test/Microsoft.ML.Loreal.Tests ${counted[@]+"${counted[@]}"} "$@" 2>&1 | tee "$log" || status=$?
    # The runner colors its summary in some environments.
    count() { sed -E 's/\x1b\[[0-9;]*m//g' "$log" | sed -nE "s/^ *$1: *([0-9]+).*/\1/p" | tail -n 1; }
    [ -n "$(count succeeded)" ] || die "the test program ended with status $status before its summary"
    local report
    for report in "$results"/*.info; do [ ! -e "$report" ] || print_coverage "$report"; done
    echo "$(count succeeded) passed, $(count failed) failed, $(count skipped) skipped"
    return "$status"
}

command="${1:-}"
[ -n "$command" ] || { usage; exit 2; }
shift
case "$command" in -h|--help) usage; exit 0 ;; esac
mkdir -p artifacts
find_sdk
case "$command" in
    demo) run_project samples/QuickStart "$@" ;;
    test) run_tests "$@" ;;
    web) run_project samples/WebScoring "$@" ;;
    bench) run_project test/Microsoft.ML.Loreal.PerformanceTests "$@" ;;
    pack) dotnet pack src/Microsoft.ML.Loreal --configuration Release --nologo "$@" ;;
    format) dotnet format Microsoft.ML.Loreal.sln --verify-no-changes "$@" ;;
    *) usage; die "unknown command '$command'" ;;
esac
