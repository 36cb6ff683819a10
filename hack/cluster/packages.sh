#!/usr/bin/env bash
# Installs the Debian packages whose commands are missing.
# Usage: packages.sh COMMAND-OR-FILE=PACKAGE...
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

missing=()
for entry in "$@"; do
  name=${entry%%=*}
  [[ -e $name ]] || command -v "$name" >/dev/null || missing+=("${entry#*=}")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

command -v apt-get >/dev/null || die "not a Debian machine: install what gives you these packages: ${missing[*]}"
say "installing ${missing[*]}"
lock packages
log=$CACHE/apt.log
# RUNLEVEL=1 keeps packages from starting services; the cluster starts its own containerd.
if ! { apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  die "apt-get failed, see $log"
fi
