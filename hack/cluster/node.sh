#!/usr/bin/env bash
# The first process of the node: runs in namespaces of its own and keeps every component running.
# Started by up.sh; when it dies, the kernel ends everything else in its process namespace, mounts included.
# Needs CLUSTER_DIR, CLUSTER_NAME, NODE_NAME, NODE_ADDRESS, SERVICE_NETWORK, POD_NETWORK and PATH from up.sh.
set -euo pipefail

# What programs write to fixed places (/var/lib/kubelet, /var/log/containers…) stays in memory and is gone with the node.
hide_host_directories() {
  local target
  mount --make-rshared /
  mount -t tmpfs -o mode=755 node /run
  mkdir -p /run/var/upper /run/var/work
  mount -t overlay -o lowerdir=/var,upperdir=/run/var/upper,workdir=/run/var/work node /var
  target=$(readlink -m /etc/resolv.conf)
  if [[ $target == /run/* ]]; then
    install -D --mode=644 "$CLUSTER_DIR/resolv.conf" "$target"
  else
    mount --bind "$CLUSTER_DIR/resolv.conf" "$target"
  fi
}

# A kubelet insists on setting these, which are the whole host's: let it write to copies.
shield_host_settings() {
  local setting copy
  for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
    copy=/run/shielded/$setting
    mkdir -p "${copy%/*}"
    cat "/proc/sys/$setting" >"$copy"
    mount --bind "$copy" "/proc/sys/$setting"
  done
}

# Runs a component for ever; each end is one line in run/NAME.ends, which up.sh counts.
keep_running() {
  local name=$1 status
  shift
  while true; do
    status=0
    "$@" >>"$CLUSTER_DIR/logs/$name.log" 2>&1 </dev/null &
    echo $! >"$CLUSTER_DIR/run/$name.pid"
    wait $! || status=$?
    echo "$(date -u +%FT%TZ) ended with $status" >>"$CLUSTER_DIR/run/$name.ends"
    sleep 1
  done
}

wait_for_apiserver() {
  until curl -sf --max-time 2 --cacert "$CLUSTER_DIR/pki/ca.crt" --cert "$CLUSTER_DIR/pki/apiserver-to-kubelet.crt" \
    --key "$CLUSTER_DIR/pki/apiserver-to-kubelet.key" https://127.0.0.1:6443/readyz >/dev/null; do
    sleep 0.2
  done
}

run_etcd() {
  keep_running etcd etcd --name node --data-dir "$CLUSTER_DIR/etcd" --unsafe-no-fsync --logger zap --log-level warn \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster node=http://127.0.0.1:2380
}

run_apiserver() {
  local pki=$CLUSTER_DIR/pki
  keep_running kube-apiserver kube-apiserver \
    --etcd-servers=http://127.0.0.1:2379 --advertise-address="$NODE_ADDRESS" --secure-port=6443 \
    --tls-cert-file="$pki/apiserver.crt" --tls-private-key-file="$pki/apiserver.key" \
    --client-ca-file="$pki/ca.crt" --token-auth-file="$CLUSTER_DIR/tokens.csv" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true \
    --service-cluster-ip-range="$SERVICE_NETWORK" --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$pki/service-accounts.pub" --service-account-signing-key-file="$pki/service-accounts.key" \
    --kubelet-certificate-authority="$pki/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --kubelet-client-certificate="$pki/apiserver-to-kubelet.crt" --kubelet-client-key="$pki/apiserver-to-kubelet.key" \
    --requestheader-client-ca-file="$pki/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy \
    --requestheader-extra-headers-prefix=X-Remote-Extra- --requestheader-group-headers=X-Remote-Group --requestheader-username-headers=X-Remote-User \
    --proxy-client-cert-file="$pki/front-proxy.crt" --proxy-client-key-file="$pki/front-proxy.key" \
    --audit-policy-file="$CLUSTER_DIR/audit-policy.yaml" --audit-log-path="$CLUSTER_DIR/logs/audit.log" \
    --audit-log-maxsize=100 --audit-log-maxbackup=1
}

run_controller_manager() {
  local pki=$CLUSTER_DIR/pki kubeconfig=$CLUSTER_DIR/controller-manager.kubeconfig
  keep_running kube-controller-manager kube-controller-manager \
    --kubeconfig="$kubeconfig" --authentication-kubeconfig="$kubeconfig" --authorization-kubeconfig="$kubeconfig" \
    --leader-elect=false --use-service-account-credentials --bind-address=127.0.0.1 \
    --service-account-private-key-file="$pki/service-accounts.key" --root-ca-file="$pki/ca.crt" \
    --cluster-signing-cert-file="$pki/ca.crt" --cluster-signing-key-file="$pki/ca.key" \
    --allocate-node-cidrs --cluster-cidr="$POD_NETWORK" --service-cluster-ip-range="$SERVICE_NETWORK" \
    --flex-volume-plugin-dir="$CLUSTER_DIR/kubelet/volume-plugins"
}

run_scheduler() {
  local kubeconfig=$CLUSTER_DIR/scheduler.kubeconfig
  keep_running kube-scheduler kube-scheduler --kubeconfig="$kubeconfig" \
    --authentication-kubeconfig="$kubeconfig" --authorization-kubeconfig="$kubeconfig" --leader-elect=false --bind-address=127.0.0.1
}

run_kubelet() {
  keep_running kubelet kubelet --config="$CLUSTER_DIR/kubelet.yaml" --kubeconfig="$CLUSTER_DIR/kubelet.kubeconfig" \
    --root-dir="$CLUSTER_DIR/kubelet" --hostname-override="$NODE_NAME" --node-ip="$NODE_ADDRESS"
}

hide_host_directories
shield_host_settings
keep_running containerd containerd --config "$CLUSTER_DIR/containerd/config.toml" &
run_etcd &
run_apiserver &
wait_for_apiserver
run_controller_manager &
run_scheduler &
keep_running kube-proxy kube-proxy --config="$CLUSTER_DIR/proxy.yaml" &
run_kubelet &
wait
