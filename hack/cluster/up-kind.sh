#!/usr/bin/env bash
# Brings up the same cluster by kind, where Docker runs: CLUSTER=kind. Prints the kubeconfig's path.
# The address of the kind node is reachable from a Linux host; on Docker Desktop it is not.
# This path has not been run by the project's own checks, which have no Docker.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=environment.sh
source "$here/environment.sh"
# shellcheck source=ingress-controller.sh
source "$here/ingress-controller.sh"

kubectl() {
  command kubectl --kubeconfig "$CLUSTER_DIR/kubeconfig" "$@"
}

for command in docker kind kubectl; do
  command -v "$command" >/dev/null || die "CLUSTER=kind needs $command"
done
check_names
mkdir -p "$CLUSTER_DIR"
clusters=$(kind get clusters 2>/dev/null)
if ! grep -qx "$CLUSTER_NAME" <<<"$clusters"; then
  say "creating kind cluster $CLUSTER_NAME"
  kind create cluster --name "$CLUSTER_NAME" --image "$KIND_NODE_IMAGE" --config "$here/kind.yaml" --wait 120s
fi
kind get kubeconfig --name "$CLUSTER_NAME" >"$CLUSTER_DIR/kubeconfig"

traefik=$("$here/build.sh" traefik)
"$here/build.sh" gateway-api >/dev/null
[[ -e $traefik/image.tar ]] || "$here/archive-binary.sh" "$traefik/traefik" localhost/traefik:local "$traefik/image.tar"
kind load image-archive "$traefik/image.tar" --name "$CLUSTER_NAME"
install_ingress_controller "$(docker inspect --format '{{.NetworkSettings.Networks.kind.IPAddress}}' "$CLUSTER_NAME-control-plane")"
kubectl rollout status deployment --namespace traefik traefik --timeout=120s >/dev/null
say 'ready'
echo "$CLUSTER_DIR/kubeconfig"
