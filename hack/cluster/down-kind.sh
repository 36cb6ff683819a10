#!/usr/bin/env bash
# Removes the cluster that up-kind.sh made.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

check_names
kind delete cluster --name "$CLUSTER_NAME"
rm -f "$CLUSTER_DIR/kubeconfig"
rmdir "$CLUSTER_DIR" 2>/dev/null || true
