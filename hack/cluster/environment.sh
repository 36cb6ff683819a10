# Paths and messages that every script of the local cluster shares; to be sourced.
# shellcheck shell=bash

CLUSTER_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${STATUSPROBE_CACHE:-${HOME:-/root}/.cache/statusprobe}
# shellcheck source=hack/cluster/versions.env
source "$CLUSTER_SOURCE/versions.env"

STARTED=$(date +%s%N)

# Prints a message with the seconds since the script began.
say() {
  local elapsed=$((($(date +%s%N) - STARTED) / 100000000))
  printf '[%3d.%d s] %s\n' $((elapsed / 10)) $((elapsed % 10)) "$*" >&2
}

die() {
  say "error: $*"
  exit 1
}

# The cached directory of one part of binaries/: a new pin, or a new source, gives a new directory.
go_part_directory() {
  local part=$1 digest
  digest=$(cat "$CLUSTER_SOURCE/binaries/$part"/* "$CLUSTER_SOURCE/build.sh" | sha256sum)
  echo "$CACHE/$part-${digest:0:12}"
}

# The version that binaries/PART/go.mod pins for MODULE.
pinned_version() {
  awk -v module="$2" '$1 == module { print $2; exit }' "$CLUSTER_SOURCE/binaries/$1/go.mod"
}

# Takes the lock NAME for the rest of the script, so that two runs do not build or start the same thing.
lock() {
  mkdir -p "$CACHE"
  exec {LOCK}>"$CACHE/.$1.lock"
  flock --nonblock "$LOCK" && return
  say "waiting for another run that holds $CACHE/.$1.lock"
  flock "$LOCK"
}
