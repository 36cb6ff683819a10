# The node's network namespace and its one link to the host; to be sourced.
# shellcheck shell=bash
# shellcheck disable=SC2034  # read by the scripts that source this file

HOST_LINK=v-$CLUSTER_NAME
# These exist only inside the namespace, so they cannot collide with the host's.
POD_NETWORK=10.244.0.0/16
SERVICE_NETWORK=10.96.0.0/16
DNS_ADDRESS=10.96.0.10
API_SERVICE_ADDRESS=10.96.0.1
# Packets from Pods to these addresses vanish, as a wrong firewall makes them.
SILENT_NETWORK=198.51.100.0/24

# Prints the first 10.N.77 that the host has no route of its own for; the link takes its first /30.
free_link_prefix() {
  local octet routes
  routes=$(ip -4 route show table all root 10.0.0.0/8)
  for octet in {213..254}; do
    if [[ ! $routes =~ (^|[[:space:]])10\.$octet\. ]]; then
      echo "10.$octet.77"
      return
    fi
  done
  die 'no free network among 10.213.77.0/30 … 10.254.77.0/30'
}

# Leaves $HOST_ADDRESS and $NODE_ADDRESS.
create_network() {
  local prefix LOCK
  # Two clusters that come up at once must not choose the same network.
  lock network
  prefix=$(free_link_prefix)
  HOST_ADDRESS=$prefix.1
  NODE_ADDRESS=$prefix.2
  ip netns add "$CLUSTER_NAME"
  ip link add "$HOST_LINK" type veth peer name eth0 netns "$CLUSTER_NAME"
  ip address add "$HOST_ADDRESS/30" dev "$HOST_LINK"
  ip link set "$HOST_LINK" up
  exec {LOCK}>&-
  # Service addresses need a way out before kube-proxy rewrites them: an empty bridge, where the rest is lost.
  ip -n "$CLUSTER_NAME" -batch - <<BATCH
link set lo up
address add $NODE_ADDRESS/30 dev eth0
link set eth0 up
link add services type bridge
link set services up
route add $SERVICE_NETWORK dev services src $NODE_ADDRESS
route add blackhole $SILENT_NETWORK
route add unreachable default
BATCH
  nsenter --net="/run/netns/$CLUSTER_NAME" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

remove_network() {
  ip link delete "$HOST_LINK" 2>/dev/null || true
  ip netns delete "$CLUSTER_NAME" 2>/dev/null || true
}
