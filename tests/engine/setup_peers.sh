#!/bin/bash
# Other runtimes for the tests of engine/remote/ and for bench/: setup_peers.sh DIR
#
# DIR/llama-server and DIR/llama-bench from the llama.cpp sources inside llama-cpp-python's sdist (6 minutes on two
# cores), DIR/ollama from the Go module proxy (4 minutes); nothing is done again. What can't be had is said at the end,
# and then the exit status is 1: the rest is there. (`python -m llama_cpp.server` comes with the development packages.)
set -uo pipefail
mkdir -p "${1:?usage: setup_peers.sh DIR}"
peers=$(cd "$1" && pwd)
python=${PYTHON:-python3}
LLAMA_CPP_PYTHON=0.3.36
OLLAMA=v0.9.6 # the newest tags lack headers in the module proxy
plain=${CFLAGS:-}
# As the Makefile builds llama-cpp-python.
export CPATH=$(cd "$(dirname "$0")/../../server/breadknife/engine/llama" && pwd)${CPATH:+:$CPATH}
export CFLAGS="${CFLAGS:-} -include llama_fixes.h" CXXFLAGS="${CXXFLAGS:-} -include llama_fixes.h"

llama_cpp() (
  set -e
  [ ! -e "$peers/.llama-$LLAMA_CPP_PYTHON-fixes" ] || exit 0
  command -v cmake >/dev/null || { echo 'There is no cmake (Debian: apt-get install cmake; pip install cmake).'; exit 1; }
  cd "$peers"
  [ -e "sdist/llama_cpp_python-$LLAMA_CPP_PYTHON.tar.gz" ] || "$python" -m pip download --quiet --no-deps \
    --no-binary llama-cpp-python --dest sdist "llama-cpp-python==$LLAMA_CPP_PYTHON"
  mkdir -p src
  tar xzf "sdist/llama_cpp_python-$LLAMA_CPP_PYTHON.tar.gz" -C src --strip-components 1
  cd src/vendor/llama.cpp
  nice cmake -B build -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF \
    -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF
  nice cmake --build build --config Release --parallel 2 --target llama-server llama-bench
  cp build/bin/llama-server build/bin/llama-bench "$peers/" || exit # `set -e` counts for nothing before `||`
  rm -rf "$peers/src"
  touch "$peers/.llama-$LLAMA_CPP_PYTHON-fixes"
)

ollama() (
  set -e
  [ ! -e "$peers/.ollama-$OLLAMA" ] || [ ! -x "$peers/ollama" ] || exit 0
  PATH=$PATH:/usr/local/go/bin
  command -v go >/dev/null || { echo 'There is no Go to build Ollama with (Debian: apt-get install golang).'; exit 1; }
  # Without the libraries of its releases Ollama computes with what Go's C compiler made: plain C, many times slower.
  # Go's own C code takes no header before its first line, so it goes without tiles.
  CFLAGS="-O3 $plain"
  [ "$(uname -m)" != x86_64 ] || CFLAGS="-march=native -mno-amx-tile -mno-amx-int8 -mno-amx-bf16 $CFLAGS"
  GOBIN=$peers CGO_CFLAGS=$CFLAGS CGO_CXXFLAGS=$CFLAGS nice go install "github.com/ollama/ollama@$OLLAMA" || exit
  touch "$peers/.ollama-$OLLAMA"
)

missing=0
llama_cpp >"$peers/llama.log" 2>&1 || { missing=1; echo "No llama-server: $(tail -n 1 "$peers/llama.log") (see $peers/llama.log)"; }
ollama >"$peers/ollama.log" 2>&1 || { missing=1; echo "No Ollama: $(tail -n 1 "$peers/ollama.log") (see $peers/ollama.log)"; }
exit $missing
