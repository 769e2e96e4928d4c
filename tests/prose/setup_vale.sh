#!/bin/bash
# The real Vale, for tests/prose/test_real_vale.py: setup_vale.sh DIR
#
# DIR/vale, from the Go module proxy (two minutes on two cores the first time); it isn't built again.
set -euo pipefail
mkdir -p "${1:?usage: setup_vale.sh DIR}"
peers=$(cd "$1" && pwd)
VALE=v3.22.0 # the newer ones need a commit that the module proxy lacks

[ ! -e "$peers/.vale-$VALE" ] || exit 0
PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || { echo 'There is no Go to build Vale with: its tests are skipped (Debian: apt-get install golang).'; exit 0; }
GOBIN=$peers nice go install "github.com/vale-cli/vale/v3/cmd/vale@$VALE" >"$peers/vale.log" 2>&1 || {
  echo "No Vale: $(tail -n 1 "$peers/vale.log") (see $peers/vale.log)"
  exit 1
}
touch "$peers/.vale-$VALE"
