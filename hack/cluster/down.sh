#!/usr/bin/env bash
# Removes the local cluster: processes, mounts, namespaces, interface, cgroups and files. Fails when something is left.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=environment.sh
source "$here/environment.sh"
# shellcheck source=cgroups.sh
source "$here/cgroups.sh"
# shellcheck source=network.sh
source "$here/network.sh"
# shellcheck source=remove.sh
source "$here/remove.sh"

need_root
check_names
lock "cluster-$CLUSTER_NAME"
if [[ -z $(print_remains) ]]; then
  say "no cluster $CLUSTER_NAME is here"
  exit 0
fi
say "removing cluster $CLUSTER_NAME and $CLUSTER_DIR"
remove_cluster
remains=$(print_remains)
if [[ -n $remains ]]; then
  printf 'left over:\n%s\n' "$remains" >&2
  exit 1
fi
say 'nothing is left'
