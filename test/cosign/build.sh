#!/usr/bin/env bash
# Builds the cosign pinned by go.mod into the tool cache, unless it is there, and prints its path.
set -euo pipefail

module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
key=$(sha256sum "$module/go.sum" | cut -c 1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/tazuna-watch-tools/cosign/$key

if [ ! -x "$folder/cosign" ]; then
  mkdir -p "$folder"
  # a name of its own until it is whole: two builds may run at the same time
  partial=$folder/cosign.$$
  trap 'rm -f "$partial"' EXIT
  (cd "$module" && go build -buildvcs=false -trimpath -ldflags '-s -w' -o "$partial" github.com/sigstore/cosign/v3/cmd/cosign)
  mv "$partial" "$folder/cosign"
fi
echo "$folder/cosign"
