# Installs Traefik and the CRDs of the Gateway API, on a cluster that has its image; to be sourced.
# shellcheck shell=bash

# Gives the Service the ADDRESS by which hosts and Pods reach it, as a cloud's controller would.
install_ingress_controller() {
  local address=$1
  kubectl apply --server-side -f "$(part_directory gateway-api)" >/dev/null
  kubectl apply -f "$CLUSTER_SOURCE/manifests/traefik.yaml" >/dev/null
  kubectl patch service traefik --namespace traefik --subresource status --type merge \
    --patch "{\"status\": {\"loadBalancer\": {\"ingress\": [{\"ip\": \"$address\"}]}}}" >/dev/null
}
