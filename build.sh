#!/usr/bin/env bash
# The one script of this repository: ./build.sh --help
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
invoked_from="$PWD"
cd "$root"

usage() {
    cat <<'EOF'
./build.sh [--mode nuget|offline] [--source DIR] [--torch DIR] COMMAND [ARGUMENTS]

  demo [ARGS]     train, evaluate, save, reload and predict on generated pictures or on your own
                  (./build.sh demo --help lists its options)
  test [ARGS]     build and run the tests, and tell which share of the product's lines they ran; with ARGS, which go to the
                  test runner, only those: for example --filter TestCategory=Fixtures
  web [ARGS]      classify pictures over HTTP, with a page to try it (./build.sh web --help lists its options)
  bench [NAME]    measure; without a name it lists the benchmarks
  pack            make the NuGet package (nuget mode only)
  format          check the code style

Every command installs what it lacks first. --mode nuget builds against the real packages, --mode offline against the
stand-ins in build/offline; without it the real packages are tried once and the answer is kept in artifacts/mode.
--source DIR takes packages from the folder DIR too. --torch DIR builds offline on the libtorch in the folder DIR, for example the
folder of an installed Python torch, with CUDA if it has it; the environment variable LOREAL_TORCH says the same to every
offline build. The options may also stand after the command; docs/building.md tells more.
EOF
}

say() { printf '%s\n' "$*" >&2; }
die() { say "build.sh: $*"; exit 1; }

mode=""
source=""
torch=""
command=""
arguments=()
while [ $# -gt 0 ]; do
    case "$1" in
        --mode) [ $# -ge 2 ] || die "--mode needs nuget or offline"; mode="$2"; shift 2 ;;
        --mode=*) mode="${1#*=}"; shift ;;
        --source) [ $# -ge 2 ] || die "--source needs a folder"; source="$2"; shift 2 ;;
        --source=*) source="${1#*=}"; shift ;;
        --torch) [ $# -ge 2 ] || die "--torch needs a folder"; torch="$2"; shift 2 ;;
        --torch=*) torch="${1#*=}"; shift ;;
        --) shift; arguments+=("$@"); break ;;
        *)
            if [ -n "$command" ]; then
                arguments+=("$1")
            else
                case "$1" in -h|--help) usage; exit 0 ;; esac
                command="$1"
            fi
            shift ;;
    esac
done
case "$mode" in ""|nuget|offline) ;; *) die "unknown mode '$mode'; the modes are nuget and offline" ;; esac
[ -n "$command" ] || { usage; exit 2; }
set -- ${arguments[@]+"${arguments[@]}"}
if [ -n "$source" ]; then
    [ "$mode" != offline ] || die "--source brings packages, and the offline mode uses none of them"
    LorealPackageSource="$(cd "$invoked_from" && cd "$source" 2>/dev/null && pwd)" || die "the package folder '$source' is not there"
    # Packages of one's own making have the names and versions of published ones: they get a cache of their own.
    export LorealPackageSource NUGET_PACKAGES="$root/artifacts/packages"
fi

mode_reason="asked for with --mode"
if [ -n "$torch" ]; then
    [ "$mode" != nuget ] || die "--torch is for the offline mode; in nuget mode LorealTorchRuntime chooses TorchSharp's runtime"
    [ -z "$source" ] || die "--source brings packages, and --torch is for the offline mode, which uses none of them"
    [ -n "$mode" ] || { mode=offline; mode_reason="asked for with --torch"; }
fi
torch="${torch:-${LOREAL_TORCH:-}}"

command -v dotnet >/dev/null || die "the .NET 10 SDK is needed ('dotnet' is not on the PATH)"

# Builds one project in the mode of $LorealBuildMode; the log is shown only where the build fails.
build() {
    mkdir -p "artifacts/$LorealBuildMode"
    local log="artifacts/$LorealBuildMode/build.log"
    dotnet build "$1" --configuration Release --nologo --verbosity quiet >"$log" 2>&1
}
show_build_log() { grep -E 'error|warning' "artifacts/$LorealBuildMode/build.log" | sort -u | head -40 >&2 || true; }

# The first error line of a build's log, short enough for one line of output.
first_error() {
    { grep -m1 -oE 'error [A-Z]+[0-9]+: .*' "$1" || echo "see $1"; } |
        sed -E 's/ \[[^]]*\]$//; s#https?://[^ ]*##g' | cut -c1-160
}

# Chooses the mode: what --mode says, else what artifacts/mode remembers, else whatever works here.
choose_mode() {
    local reason
    if [ -n "$mode" ]; then
        reason="$mode_reason"
    elif [ -z "$source" ] && [ -s artifacts/mode ]; then
        mode="$(sed -n 1p artifacts/mode)"; reason="$(sed -n 2p artifacts/mode)"
    else
        export LorealBuildMode=nuget
        if build samples/QuickStart; then
            mode=nuget; reason="the real packages can be restored here"
        else
            mode=offline; reason="the real packages cannot be used here: $(first_error "artifacts/$LorealBuildMode/build.log")"
        fi
        mkdir -p artifacts
        [ -n "$source" ] || printf '%s\n%s\n' "$mode" "$reason" >artifacts/mode
    fi
    export LorealBuildMode="$mode"
    say "Building in $mode mode ($reason)."
}

# What the offline mode needs from Debian: a C++ compiler, the image codecs, and libtorch with a fast BLAS unless --torch has one.
install_offline_packages() {
    local packages=(g++ make cmake libjpeg62-turbo-dev libpng-dev libwebp-dev) missing=() package
    [ -n "$torch" ] || packages+=(libtorch-dev libopenblas0-openmp)
    for package in "${packages[@]}"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "the offline mode needs these Debian packages: ${missing[*]}"
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "install these packages as root: ${missing[*]}"
        as_root=(sudo)
    fi
    say "Installing ${missing[*]} ..."
    mkdir -p artifacts
    { "${as_root[@]}" apt-get update &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } \
        >artifacts/apt.log 2>&1 || { tail -n 15 artifacts/apt.log >&2; die "apt-get could not install ${missing[*]}"; }
}

# These decide the speed and must stand before native libraries load.
tune_native_libraries() {
    # Idle OpenMP threads that spin cost 2 to 10 times on few cores.
    export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-passive}"
    # A preset core type hides AVX-512 from OpenBLAS.
    if [ "${OPENBLAS_CORETYPE:-}" = Haswell ] && grep -qm1 avx512f /proc/cpuinfo 2>/dev/null; then
        unset OPENBLAS_CORETYPE
    fi
    # MKL, which the real packages compute with, otherwise lets the last bits depend on where a tensor lies in memory. Free of charge where it was measured.
    export MKL_CBWR="${MKL_CBWR:-AUTO,STRICT}"
    # UCX, which Debian's newer libtorch brings along, would take over the signal by which .NET notices a null reference.
    export UCX_HANDLE_ERRORS="${UCX_HANDLE_ERRORS:-none}"
    # Without these glibc maps and unmaps every large temporary tensor.
    export MALLOC_MMAP_MAX_="${MALLOC_MMAP_MAX_:-0}" MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-20000000000}"
    # The openmp variant of OpenBLAS, whatever the system's alternative is.
    local blas
    blas="$(dpkg-query -L libopenblas0-openmp 2>/dev/null | grep -m1 '/libblas.so.3$' || true)"
    [ -z "$blas" ] || export LD_LIBRARY_PATH="$(dirname "$blas")${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

# The folder of --torch or LOREAL_TORCH, seen from where the user is.
find_torch() {
    local folder
    folder="$(cd "$invoked_from" && cd "$torch" 2>/dev/null && pwd)" || die "the libtorch folder '$torch' is not there"
    [ -e "$folder/lib/libtorch.so" ] && [ -e "$folder/include/torch/csrc/api/include/torch/version.h" ] ||
        die "'$torch' has no lib/libtorch.so and include/torch; python3 -c 'import torch; print(torch.__path__[0])' prints a Python torch's folder"
    torch="$folder"
}

prepare() {
    choose_mode
    local native=()
    if [ "$LorealBuildMode" = offline ]; then
        if [ -n "$torch" ]; then
            find_torch
            native=("-DCMAKE_PREFIX_PATH=$torch")
        fi
        install_offline_packages
        build/offline/native/build.sh ${native[@]+"${native[@]}"}
    fi
    tune_native_libraries
    [ ${#native[@]} -eq 0 ] || export LD_LIBRARY_PATH="$torch/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
}

# Builds a program: $program is its path.
build_program() {
    local name
    name="$(basename "$1")"
    build "$1" || { show_build_log; die "$1 does not build"; }
    program="$root/artifacts/$LorealBuildMode/bin/$name/release/$name"
}

# Builds a program and runs it with the remaining arguments, where the user is: paths among them are the user's.
run_project() {
    local program
    build_program "$1"; shift
    (cd "$invoked_from" && "$program" "$@")
}

# Runs the tests in $program; all of them with the product's lines counted. Where nothing can be counted they run all the same.
run_tests() {
    local output="$root/artifacts/$LorealBuildMode"
    rm -f "$output/test.status" "$output/coverage.info"
    if [ $# -eq 0 ]; then
        dotnet msbuild build/coverage -nologo -verbosity:minimal -restore -target:RunTests -property:TestProgram="$program" \
            -property:TestStatus="$output/test.status" -property:CoverageReport="$output/coverage.info" \
            3>&1 >"$output/coverage.log" 2>&1 || true
        [ ! -s "$output/test.status" ] || return "$(cat "$output/test.status")"
    fi
    (cd "$invoked_from" && "$program" "$@")
}

# The share of the product's lines that the tests ran, and the files where it is small.
print_coverage() {
    local report="artifacts/$LorealBuildMode/coverage.info"
    if ! grep -qs '^LH:[1-9]' "$report"; then
        echo "The coverage could not be measured: $(first_error "artifacts/$LorealBuildMode/coverage.log")"
        return
    fi
    awk -F: -v root="$root/" '
        /^SF:/ { file = substr($0, 4 + length(root)) }
        /^LF:/ { lines[file] = $2; all += $2 }
        /^LH:/ { share = 100 * $2 / lines[file]; hit += $2; if (share < 80) few = few sprintf("\n  %5.1f %%  %s", share, file) }
        END { printf "Coverage: %.1f %% of %d lines; %s\n", 100 * hit / all, all, few ? "files under 80 %:" few : "no file under 80 %" }' "$report"
}

case "$command" in
    demo)
        prepare
        run_project samples/QuickStart "$@"
        ;;
    test)
        prepare
        build_program test/Microsoft.ML.Loreal.Tests
        mkdir -p "artifacts/$LorealBuildMode"
        log="artifacts/$LorealBuildMode/test.log"
        status=0
        run_tests "$@" 2>&1 | tee "$log" || status=$?
        # The runner colours its summary in some environments.
        count() { sed -E 's/\x1b\[[0-9;]*m//g' "$log" | sed -nE "s/^ *$1: *([0-9]+).*/\1/p" | tail -n 1; }
        [ -n "$(count succeeded)" ] || die "the test program ended with status $status before its summary"
        [ $# -gt 0 ] || print_coverage
        echo "$(count succeeded) passed, $(count failed) failed, $(count skipped) skipped"
        exit "$status"
        ;;
    web)
        prepare
        run_project samples/WebScoring "$@"
        ;;
    bench)
        prepare
        run_project test/Microsoft.ML.Loreal.PerformanceTests "$@"
        ;;
    pack)
        choose_mode
        [ "$LorealBuildMode" = nuget ] ||
            die "the offline build is made against stand-ins and is never packed; run this where Microsoft.ML, TorchSharp and ImageSharp can be restored"
        dotnet pack src/Microsoft.ML.Loreal --configuration Release --nologo "$@"
        ;;
    format)
        choose_mode
        dotnet format Microsoft.ML.Loreal.sln --verify-no-changes "$@"
        ;;
    *)
        usage
        die "unknown command '$command'"
        ;;
esac
