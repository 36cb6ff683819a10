# Where images are built and how they are kept, apart from whatever else the machine builds; to be sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the scripts that source this file

BASE_IMAGE=localhost/node:24

store() {
  buildah --root "$CACHE/images/storage" --runroot "$CACHE/images/run" --storage-driver overlay "$@"
}

prepare_store() {
  "$CLUSTER_SOURCE/packages.sh" buildah=buildah busybox=busybox /etc/ssl/certs/ca-certificates.crt=ca-certificates
  mkdir -p "$CACHE/images"
}

# The digest of an image's configuration, or nothing: it changes with whatever is in the image.
image_id() {
  store images --quiet --no-trunc "$1" 2>/dev/null | head -n 1 || true
}
