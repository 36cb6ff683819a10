# Paths, names and messages that every script of the local cluster shares; to be sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the scripts that source this file

CLUSTER_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=versions.env
source "$CLUSTER_SOURCE/versions.env"

CACHE=${STATUSPROBE_CACHE:-${HOME:-/root}/.cache/statusprobe}

# The name is also that of the network namespace, the cgroups and (with two letters before it) the host's interface.
CLUSTER_NAME=${STATUSPROBE_CLUSTER_NAME:-statusprobe}
if [[ $CLUSTER_NAME == statusprobe ]]; then default_directory=/tmp/statusprobe-cluster; else default_directory=/tmp/statusprobe-cluster-$CLUSTER_NAME; fi
CLUSTER_DIR=${STATUSPROBE_CLUSTER_DIR:-$default_directory}
unset default_directory
CONTAINERD_SOCKET=$CLUSTER_DIR/containerd/containerd.sock

# A script that another one calls goes on counting from the first one's start.
export STATUSPROBE_STARTED=${STATUSPROBE_STARTED:-$(date +%s%N)}

# Prints a message with the seconds since the script began.
say() {
  local tenths=$((($(date +%s%N) - STATUSPROBE_STARTED) / 100000000))
  printf '[%3d.%d s] %s\n' $((tenths / 10)) $((tenths % 10)) "$*" >&2
}

die() {
  say "error: $*"
  exit 1
}

check_names() {
  [[ $CLUSTER_NAME =~ ^[a-z][a-z0-9-]{0,12}$ ]] || die "STATUSPROBE_CLUSTER_NAME must match [a-z][a-z0-9-]{0,12}, not '$CLUSTER_NAME'"
  # The node hides these behind file systems of its own.
  [[ $CLUSTER_DIR =~ ^/ && ! $CLUSTER_DIR =~ ^/(run|var|proc|sys)(/|$) ]] ||
    die "STATUSPROBE_CLUSTER_DIR must be absolute and not below /run or /var: $CLUSTER_DIR"
}

need_root() {
  [[ $(uname -s) == Linux && $(id -u) == 0 ]] || die 'a local node needs Linux and root; elsewhere use CLUSTER=kind or CLUSTER=existing'
}

# The cached directory of one part: a new pin, or a new source, gives a new directory.
part_directory() {
  local part=$1 digest
  case $part in
    traefik) echo "$CACHE/traefik-$TRAEFIK_VERSION" ;;
    kubernetes | coredns | pause | gateway-api | helm)
      digest=$(cat "$CLUSTER_SOURCE/binaries/$part"/* | sha256sum)
      echo "$CACHE/$part-${digest:0:12}"
      ;;
    *) die "no such part: $part" ;;
  esac
}

# Takes the lock NAME for the rest of the script, so that two runs do not build or start the same thing.
lock() {
  local file=$CACHE/.$1.lock
  mkdir -p "$CACHE"
  exec {LOCK}>"$file"
  flock --nonblock "$LOCK" && return
  say "waiting for another run, which holds $file"
  flock "$LOCK"
}
