#!/usr/bin/env bash
# Builds the etcd and the kube-apiserver pinned by the go.mod files into the tool cache, unless they are there, and
# prints their paths.
set -euo pipefail

modules=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=${XDG_CACHE_HOME:-$HOME/.cache}/tazuna-watch-tools

# build NAME LDFLAGS: the binary is NAME/KEY/NAME in the cache, where test/support/executables.ts looks for NAME.
build() {
  local name=$1 ldflags=$2 module key binary
  module=$modules/${name#kube-apiserver/}
  key=$(sha256sum "$module/go.sum" | cut -c 1-16)
  binary=$tools/$name/$key/$name
  if [ ! -x "$binary" ]; then
    mkdir -p "$(dirname "$binary")"
    # a name of its own until it is whole: two builds may run at the same time
    partial=$binary.$$
    (cd "$module" && go build -buildvcs=false -trimpath -ldflags "-s -w $ldflags" -o "$partial" .)
    mv "$partial" "$binary"
  fi
  echo "$binary"
}

# What /version answers; without these it is `v0.0.0-master+$Format:%H$`, which clients that parse it refuse.
version_flags() {
  local version major minor package=k8s.io/component-base/version
  version=$(sed -n 's/^\tk8s\.io\/kubernetes \(v[0-9.]*\)$/\1/p' "$modules/kube-apiserver/go.mod")
  IFS=. read -r major minor _ <<<"${version#v}"
  echo "-X $package.gitVersion=$version -X $package.gitMajor=$major -X $package.gitMinor=$minor"
}

partial=
trap 'rm -f "$partial"' EXIT
build kube-apiserver/etcd ''
build kube-apiserver/kube-apiserver "$(version_flags)"
