#!/usr/bin/env bash
# Builds the oras pinned by go.mod into the tool cache, unless it is there, and prints its path.
set -euo pipefail

module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
key=$(sha256sum "$module/go.sum" | cut -c 1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/tazuna-watch-tools/oras/$key

if [ ! -x "$folder/oras" ]; then
  mkdir -p "$folder"
  # a name of its own until it is whole: two builds may run at the same time
  partial=$folder/oras.$$
  trap 'rm -f "$partial"' EXIT
  (cd "$module" && go build -buildvcs=false -trimpath -ldflags '-s -w' -o "$partial" oras.land/oras/cmd/oras)
  mv "$partial" "$folder/oras"
fi
echo "$folder/oras"
