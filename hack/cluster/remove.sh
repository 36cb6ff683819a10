# Removes whatever a cluster left on the host, be it whole, half-dead or half-started; to be sourced.
# shellcheck shell=bash

# Mounts on the host itself; those of the node went with its mount namespace.
remove_mounts() {
  local target
  awk -v below="$CLUSTER_DIR/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r target; do
    umount --lazy "$target" || true
  done
}

remove_cluster() {
  [[ ! -e $CLUSTER_DIR || -O $CLUSTER_DIR ]] || die "$CLUSTER_DIR belongs to somebody else"
  [[ ! -d $CLUSTER_DIR || -e $CLUSTER_DIR/.statusprobe-cluster || -z $(ls -A "$CLUSTER_DIR") ]] ||
    die "$CLUSTER_DIR holds something else than a cluster; empty it or choose another STATUSPROBE_CLUSTER_DIR"
  kill_cluster_processes || true
  remove_network
  remove_cgroups
  remove_mounts
  # A mount that is still there must not be emptied.
  rm -rf --one-file-system "$CLUSTER_DIR"
}

# Prints a line for each thing of the cluster that is still there.
print_remains() {
  local pid directory
  for pid in $(cluster_processes); do
    echo "process $pid $({ tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null || true)"
  done
  while read -r directory; do
    [[ ! -d $directory ]] || echo "cgroup $directory"
  done < <(cluster_cgroups)
  awk -v below="$CLUSTER_DIR/" 'index($5, below) == 1 { print "mount " $5 }' /proc/self/mountinfo
  [[ ! -e /run/netns/$CLUSTER_NAME ]] || echo "network namespace $CLUSTER_NAME"
  [[ ! -e /sys/class/net/$HOST_LINK ]] || echo "interface $HOST_LINK"
  [[ ! -e $CLUSTER_DIR ]] || echo "directory $CLUSTER_DIR"
}
