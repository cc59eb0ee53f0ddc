#!/usr/bin/env bash
# Lets TorchSharp 0.107.0 load over GCC 12's C++ runtime (Debian 12, Ubuntu 22.04), which lacks one function of GCC 13's. Usage: cxx-runtime.sh FOLDER
# Makes FOLDER/libstdc++.so.6, a facade: it has every version node of the system's library and the missing one, defines the missing function, and needs the system's
# library by its full path. With FOLDER first in LD_LIBRARY_PATH a program finds both. Needs gcc and binutils.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: cxx-runtime.sh FOLDER" >&2; exit 2; }
PATH="$PATH:/usr/sbin:/sbin" # ldconfig is there
system="$(readlink -f "$(ldconfig -p | awk '/libstdc\+\+\.so\.6 .*x86-64/ { print $NF; exit }')")"
[ -f "$system" ] || { echo "cxx-runtime.sh: there is no libstdc++.so.6 for x86-64 here" >&2; exit 1; }
if grep -aq 'GLIBCXX_3[.]4[.]32' "$system"; then rm -f "$1/libstdc++.so.6"; echo "$system is new enough; nothing is needed."; exit 0; fi
# GCC 11's lacks a second function, which cannot be had without the library itself.
grep -aq 'GLIBCXX_3[.]4[.]30' "$system" || { echo "cxx-runtime.sh: $system is older than GCC 12's; TorchSharp cannot run on it" >&2; exit 1; }
for tool in gcc readelf; do command -v $tool >/dev/null || { echo "cxx-runtime.sh: gcc and binutils are needed" >&2; exit 1; }; done

mkdir -p "$1"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
nodes="$(readelf -WV "$system" | sed -n '/Version definition section/,/Version needs section/p' | grep -oE '(GLIBCXX|CXXABI)_[A-Za-z0-9_.]+')"
# GCC 13.1's has the first of the two already.
printf '%s\nGLIBCXX_3.4.31\n' "$nodes" | sort -u | sed 's/$/ {};/' >"$work/nodes.map"
echo 'GLIBCXX_3.4.32 { global: _ZSt21ios_base_library_initv; local: *; };' >>"$work/nodes.map"
# GCC 13 moved the construction of std::cout and its kin into the library. Here the one function that asks for it constructs std::ios_base::Init of the older library,
# which counts its users.
cat >"$work/facade.c" <<'C'
extern void _ZNSt8ios_base4InitC1Ev(void *self);
void _ZSt21ios_base_library_initv(void)
{
    static char init[8];
    static int done;
    if (!done) { done = 1; _ZNSt8ios_base4InitC1Ev(init); }
}
C
# A stub whose name is the system library's path, so that the facade needs that path and not its own name.
gcc -shared -nostdlib -Wl,-soname,"$system" -o "$work/stub.so" -x c /dev/null
gcc -shared -nostdlib -fPIC -O1 "$work/facade.c" -o "$work/libstdc++.so.6" -Wl,-soname,libstdc++.so.6 -Wl,--version-script="$work/nodes.map" -Wl,--no-as-needed "$work/stub.so"
# Put in place at once: other programs may be starting with the one that is there. A move between file systems is not at once.
cp "$work/libstdc++.so.6" "$1/libstdc++.so.6.$$"
mv "$1/libstdc++.so.6.$$" "$1/libstdc++.so.6"
echo "Made $1/libstdc++.so.6 over $system."
