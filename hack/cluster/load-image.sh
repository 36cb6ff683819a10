#!/usr/bin/env bash
# Gives the cluster's node an image that image.sh or base-image.sh made; nothing to do when the node has it.
# Usage: load-image.sh TAG        (CLUSTER=kind: loads it into the kind cluster)
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=environment.sh
source "$here/environment.sh"
# shellcheck source=image-store.sh
source "$here/image-store.sh"

[[ $# == 1 ]] || die 'usage: load-image.sh TAG'
tag=$1
check_names
id=$(image_id "$tag")
[[ -n $id ]] || die "no image $tag here; make it with image.sh or base-image.sh"
record=$CLUSTER_DIR/images/${tag//[^a-z0-9.-]/_}
[[ ${CLUSTER:-local} != local || $(cat "$record" 2>/dev/null) != "$id" ]] || exit 0

archive=$CACHE/images/${tag//[^a-z0-9.-]/_}-$BASHPID.tar
trap 'rm -f "$archive"' EXIT
store push --quiet "$tag" "docker-archive:$archive:$tag"
if [[ ${CLUSTER:-local} == kind ]]; then
  kind load image-archive "$archive" --name "$CLUSTER_NAME"
else
  [[ -S $CONTAINERD_SOCKET ]] || die "no cluster $CLUSTER_NAME is here; make one with up.sh"
  ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io images import "$archive" >/dev/null
  mkdir -p "${record%/*}"
  echo "$id" >"$record"
fi
say "the node has $tag"
