#!/usr/bin/env bash
# Builds an image with buildah over the local base image and gives it to the cluster's node.
# Usage: image.sh [CONTEXT [TAG [DOCKERFILE]]]    (default: the repository, localhost/statusprobe:dev, CONTEXT/Dockerfile)
# Nothing is built when what the Dockerfile copies is unchanged. IMAGE_ONLY=1 builds without a cluster.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=environment.sh
source "$here/environment.sh"
# shellcheck source=image-store.sh
source "$here/image-store.sh"

context=$(cd "${1:-$CLUSTER_SOURCE/../..}" && pwd)
tag=${2:-localhost/statusprobe:dev}
dockerfile=${3:-$context/Dockerfile}
[[ -f $dockerfile ]] || die "no Dockerfile at $dockerfile"

# The paths that the Dockerfile copies out of the context.
copied_paths() {
  awk 'toupper($1) == "COPY" && !/--from=/ { for (i = 2; i < NF; i++) if ($i !~ /^--/) print $i }' "$dockerfile"
}

# A digest of the base, the Dockerfile and the copied files, with their modes.
inputs_digest() {
  (
    cd "$context"
    image_id "$BASE_IMAGE"
    cat "$dockerfile"
    # shellcheck disable=SC2046  # patterns of the Dockerfile are to be expanded
    find $(copied_paths) -name node_modules -prune -o -type f -printf '%m ' -exec sha256sum {} \; | sort -k3
  ) | sha256sum
}

"$here/base-image.sh"
lock images
record=$CACHE/images/${tag//[^a-z0-9.-]/_}.inputs
digest=$(inputs_digest)
if [[ $(cat "$record" 2>/dev/null) != "$digest" || -z $(image_id "$tag") ]]; then
  say "building $tag from $dockerfile"
  log=$CACHE/images/build.log
  npm_cache=$(npm config get cache 2>/dev/null || echo "$HOME/.npm")
  mkdir -p "$npm_cache"
  # Layers are kept, so that dependencies are installed again only when they change.
  if ! store bud --isolation chroot --layers --build-arg "NODE_IMAGE=$BASE_IMAGE" --volume "$npm_cache:/root/.npm:rw" \
    --file "$dockerfile" --tag "$tag" "$context" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    die "building $tag failed, see $log"
  fi
  echo "$digest" >"$record"
  # Old layers make the next build quick, until they are too many.
  if (($(store images --all --quiet | wc -l) > 40)); then store rmi --prune >/dev/null 2>&1 || true; fi
  say "built $tag"
fi
if [[ -z ${IMAGE_ONLY:-} ]]; then "$here/load-image.sh" "$tag"; fi
