#!/usr/bin/env bash
# Brings up a real one-node Kubernetes cluster without Docker, with cluster DNS and an ingress controller.
# A healthy cluster is reused; anything else that is there is removed first. Prints the kubeconfig's path.
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
# shellcheck source=configuration.sh
source "$here/configuration.sh"
# shellcheck source=ingress-controller.sh
source "$here/ingress-controller.sh"

COMPONENTS=(containerd etcd kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet)
NODE_NAME=$CLUSTER_NAME-node
CNI_PLUGINS=/usr/lib/cni
KUBERNETES=$(part_directory kubernetes)
export CLUSTER_DIR CLUSTER_NAME NODE_NAME SERVICE_NETWORK POD_NETWORK

kubectl() {
  "$KUBERNETES/kubectl" --kubeconfig "$CLUSTER_DIR/kubeconfig" "$@"
}

# What decides whether a running cluster is the one that these pins describe.
print_pins() {
  local part
  for part in kubernetes coredns pause traefik gateway-api; do part_directory "$part"; done
}

# Prints the first reason why the cluster cannot be reused; "… yet" marks what may pass by itself.
print_defect() {
  local name
  if [[ ! -e $CLUSTER_DIR/pins ]]; then
    echo 'it never came up whole'
  elif [[ $(<"$CLUSTER_DIR/pins") != "$(print_pins)" ]]; then
    echo 'its pins have changed'
  elif ! node_init >/dev/null; then
    echo 'its node is gone'
  else
    for name in "${COMPONENTS[@]}"; do
      component_runs "$name" || { echo "$name is not running yet" && return; }
    done
    if ! kubectl get --request-timeout=3s --raw=/readyz >/dev/null 2>&1; then
      echo 'its API server is not ready yet'
    elif [[ $(node_condition) != True ]]; then
      echo 'its node is not ready yet'
    fi
  fi
}

component_runs() {
  local init pid
  init=$(node_init) && pid=$(cat "$CLUSTER_DIR/run/$1.pid" 2>/dev/null) && [[ -e /proc/$init/root/proc/$pid ]] &&
    grep -qz "^$1\$" "/proc/$init/root/proc/$pid/cmdline"
}

node_condition() {
  kubectl get node "$NODE_NAME" --request-timeout=3s -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null || true
}

# Waits some seconds for a component that the node has just started again.
reusable() {
  local defect deadline=$((SECONDS + 10))
  [[ -n $(print_remains) ]] || return 1
  while true; do
    defect=$(print_defect)
    [[ -n $defect ]] || return 0
    if [[ $defect != *yet ]] || ((SECONDS >= deadline)); then break; fi
    sleep 0.5
  done
  say "removing the cluster that is here: $defect"
  return 1
}

# Prints why a Deployment, given as deployment/NAMESPACE/NAME, is not available.
print_deployment() {
  local namespace name
  IFS=/ read -r _ namespace name <<<"$1"
  printf -- '--- Pods, events and log of Deployment %s/%s\n' "$namespace" "$name" >&2
  {
    kubectl get pods --namespace "$namespace"
    kubectl get events --namespace "$namespace" --field-selector type=Warning --no-headers | tail -n 4
    kubectl logs --namespace "$namespace" "deployment/$name" --tail 8
  } 2>&1 | cut -c1-400 >&2 || true
}

print_log() {
  if [[ $1 == deployment/* ]]; then
    print_deployment "$1"
    return
  fi
  local file=$CLUSTER_DIR/logs/$1.log
  [[ -s $file ]] || return 0
  printf -- '--- %s, the last lines that are not just information\n' "$file" >&2
  { grep -vE '^(I[0-9]{4} |time=.* level=info)' "$file" || tail -n 5 "$file"; } | tail -n 12 | cut -c1-400 >&2
}

# Fails with the logs of COMPONENT… (and of whatever keeps dying) unless COMMAND succeeds within SECONDS.
wait_until() {
  local seconds=$1 what=$2 suspects=$3 deadline name
  shift 3
  deadline=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    for name in "${COMPONENTS[@]}"; do
      if [[ $(wc -l 2>/dev/null <"$CLUSTER_DIR/run/$name.ends" || echo 0) -ge 4 ]]; then
        print_log "$name"
        die "$name keeps ending; all logs are in $CLUSTER_DIR/logs"
      fi
    done
    if ! node_init >/dev/null; then
      print_log node
      die "the node's first process ended"
    fi
    if ((SECONDS >= deadline)); then
      for name in $suspects; do print_log "$name"; done
      die "$what did not happen in $seconds s; all logs are in $CLUSTER_DIR/logs"
    fi
    sleep 0.2
  done
  say "$what"
}

start_node() {
  export NODE_ADDRESS PATH=$KUBERNETES:$PATH
  # Into the cluster's cgroup first: from then on everything can be found and ended.
  (
    echo "$BASHPID" >"$(process_cgroup)/system/cgroup.procs"
    exec setsid nsenter --net="/run/netns/$CLUSTER_NAME" unshare --mount --propagation private --pid --fork --mount-proc \
      /bin/bash "$CLUSTER_SOURCE/node.sh" {LOCK}>&- </dev/null >"$CLUSTER_DIR/logs/node.log" 2>&1
  ) &
}

# Makes the images of the binaries once; they are kept beside them.
archive_images() {
  local part directory
  for part in pause coredns traefik; do
    directory=$(part_directory "$part")
    [[ -e $directory/image.tar ]] || "$here/archive-binary.sh" "$directory/$part" "localhost/$part:local" "$directory/image.tar"
  done
}

import_image() {
  ctr --address "$CONTAINERD_SOCKET" --namespace k8s.io images import "$(part_directory "$1")/image.tar" >/dev/null
}

install_dns() {
  import_image pause
  import_image coredns
  kubectl apply -f "$here/manifests/coredns.yaml" >/dev/null
}

available() {
  kubectl rollout status deployment --namespace "$1" "$2" --timeout=1s
}

print_way_in() {
  say "ready: $(kubectl get node "$NODE_NAME" -o 'jsonpath={.status.nodeInfo.kubeletVersion} at {.status.addresses[0].address}'), ingress at the same address"
  echo "$CLUSTER_DIR/kubeconfig"
}

need_root
check_names
lock "cluster-$CLUSTER_NAME"
if reusable; then
  print_way_in
  exit 0
fi

"$here/packages.sh" containerd=containerd runc=runc "$CNI_PLUGINS/ptp=containernetworking-plugins" iptables=iptables \
  conntrack=conntrack ip=iproute2 socat=socat nsenter=util-linux mount=mount openssl=openssl curl=curl
"$here/build.sh" >/dev/null
archive_images
remove_cluster

say "starting $NODE_NAME in $CLUSTER_DIR"
(umask 077 && mkdir -p "$CLUSTER_DIR")
touch "$CLUSTER_DIR/.statusprobe-cluster"
create_cgroups
create_network
write_configuration
start_node
wait_until 60 'the API server is ready' 'node etcd kube-apiserver' kubectl get --raw=/readyz
wait_until 20 'containerd is ready' 'node containerd' ctr --address "$CONTAINERD_SOCKET" version
install_dns
import_image traefik
install_ingress_controller "$NODE_ADDRESS"
wait_until 90 'the node is ready' 'kubelet containerd' kubectl wait node "$NODE_NAME" --for=condition=Ready --timeout=1s
wait_until 90 'cluster DNS is available' 'deployment/kube-system/coredns kubelet' available kube-system coredns
wait_until 90 'the ingress controller is available' 'deployment/traefik/traefik kubelet' available traefik traefik
print_pins >"$CLUSTER_DIR/pins"
print_way_in
