# Writes the node's certificates, kubeconfigs and component configuration below $CLUSTER_DIR; to be sourced.
# shellcheck shell=bash

# Creates a certificate authority NAME.
create_authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj "/CN=$1" \
    -keyout "$1.key" -out "$1.crt" 2>/dev/null
}

# Issues NAME, signed by AUTHORITY, for SUBJECT, with optional alternative names.
issue_certificate() {
  local name=$1 authority=$2 subject=$3 names=${4:-}
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$subject" -keyout "$name.key" -out "$name.csr" 2>/dev/null
  openssl x509 -req -in "$name.csr" -CA "$authority.crt" -CAkey "$authority.key" -CAcreateserial -days 3650 -out "$name.crt" \
    -extfile <(printf 'extendedKeyUsage=serverAuth,clientAuth\n%s' "${names:+subjectAltName=$names}") 2>/dev/null
  rm "$name.csr"
}

# Prints a kubeconfig; the user's credential comes as YAML on standard input.
print_kubeconfig() {
  local server=$1 authority=$2 credential
  credential=$(sed 's/^/    /')
  cat <<YAML
apiVersion: v1
kind: Config
current-context: $CLUSTER_NAME
contexts:
- name: $CLUSTER_NAME
  context: {cluster: $CLUSTER_NAME, user: $CLUSTER_NAME}
clusters:
- name: $CLUSTER_NAME
  cluster:
    server: $server
    certificate-authority-data: $(base64 -w0 "$authority")
users:
- name: $CLUSTER_NAME
  user:
$credential
YAML
}

write_certificates() {
  local directory=$CLUSTER_DIR/pki
  mkdir -p "$directory"
  (
    cd "$directory" || exit
    create_authority ca
    create_authority front-proxy-ca
    openssl genrsa -out service-accounts.key 2048 2>/dev/null
    openssl rsa -in service-accounts.key -pubout -out service-accounts.pub 2>/dev/null
    issue_certificate apiserver ca /CN=kube-apiserver \
      "IP:127.0.0.1,IP:$NODE_ADDRESS,IP:$API_SERVICE_ADDRESS,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
    issue_certificate apiserver-to-kubelet ca /O=system:masters/CN=apiserver-to-kubelet
    issue_certificate front-proxy front-proxy-ca /CN=front-proxy
    issue_certificate controller-manager ca /CN=system:kube-controller-manager
    issue_certificate scheduler ca /CN=system:kube-scheduler
    issue_certificate proxy ca /CN=system:kube-proxy
    issue_certificate kubelet ca "/O=system:nodes/CN=system:node:$NODE_NAME" "IP:$NODE_ADDRESS,DNS:$NODE_NAME"
  )
}

write_kubeconfigs() {
  local name token
  for name in controller-manager scheduler proxy kubelet; do
    print_kubeconfig https://127.0.0.1:6443 "$CLUSTER_DIR/pki/ca.crt" >"$CLUSTER_DIR/$name.kubeconfig" <<YAML
client-certificate: $CLUSTER_DIR/pki/$name.crt
client-key: $CLUSTER_DIR/pki/$name.key
YAML
  done
  token=$(openssl rand -hex 16)
  echo "$token,admin,admin,system:masters" >"$CLUSTER_DIR/tokens.csv"
  (umask 077 && print_kubeconfig "https://$NODE_ADDRESS:6443" "$CLUSTER_DIR/pki/ca.crt" >"$CLUSTER_DIR/kubeconfig" <<<"token: $token")
}

write_audit_policy() {
  cat >"$CLUSTER_DIR/audit-policy.yaml" <<YAML
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
YAML
}

write_containerd_configuration() {
  mkdir -p "$CLUSTER_DIR/containerd" "$CLUSTER_DIR/cni"
  cat >"$CLUSTER_DIR/containerd/config.toml" <<TOML
version = 2
root = "$CLUSTER_DIR/containerd/root"
state = "$CLUSTER_DIR/containerd/state"
[grpc]
  address = "$CONTAINERD_SOCKET"
[plugins."io.containerd.internal.v1.opt"]
  path = "$CLUSTER_DIR/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:local"
  # Lowering a score needs CAP_SYS_RESOURCE; without it every sandbox would fail.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$CNI_PLUGINS"
    conf_dir = "$CLUSTER_DIR/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
TOML
  # Point-to-point links instead of a bridge: packets between Pods are then routed, so
  # that kube-proxy sees the answers too, with no need for the br_netfilter module.
  cat >"$CLUSTER_DIR/cni/10-pods.conflist" <<JSON
{
  "cniVersion": "0.4.0",
  "name": "pods",
  "plugins": [
    {
      "type": "ptp",
      "ipMasq": false,
      "ipam": {"type": "host-local", "ranges": [[{"subnet": "${POD_NETWORK%/16}/24"}]], "routes": [{"dst": "0.0.0.0/0"}], "dataDir": "$CLUSTER_DIR/cni-addresses"}
    },
    {"type": "portmap", "capabilities": {"portMappings": true}}
  ]
}
JSON
}

write_kubelet_configuration() {
  # Images cannot be pulled again, so nothing may collect them.
  cat >"$CLUSTER_DIR/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $CLUSTER_DIR/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $CLUSTER_DIR/pki/kubelet.crt
tlsPrivateKeyFile: $CLUSTER_DIR/pki/kubelet.key
containerRuntimeEndpoint: unix://$CONTAINERD_SOCKET
cgroupDriver: cgroupfs
cgroupRoot: /$CLUSTER_NAME
failCgroupV1: false
failSwapOn: false
clusterDNS: [$DNS_ADDRESS]
clusterDomain: cluster.local
resolvConf: $CLUSTER_DIR/resolv.conf
podLogsDir: $CLUSTER_DIR/pod-logs
volumePluginDir: $CLUSTER_DIR/kubelet/volume-plugins
staticPodPath: ""
serializeImagePulls: false
imageGCHighThresholdPercent: 100
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, imagefs.available: 1%}
YAML
}

write_proxy_configuration() {
  cat >"$CLUSTER_DIR/proxy.yaml" <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clientConnection: {kubeconfig: $CLUSTER_DIR/proxy.kubeconfig}
hostnameOverride: $NODE_NAME
mode: iptables
clusterCIDR: $POD_NETWORK
# The namespace may not set the host's connection tracking.
conntrack: {maxPerCore: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
YAML
}

write_configuration() {
  mkdir -p "$CLUSTER_DIR/logs" "$CLUSTER_DIR/run"
  write_certificates
  write_kubeconfigs
  write_audit_policy
  # Nothing outside can be reached: refuse at once.
  echo 'nameserver 127.0.0.1' >"$CLUSTER_DIR/resolv.conf"
  write_containerd_configuration
  write_kubelet_configuration
  write_proxy_configuration
}
