#!/usr/bin/env bash
# Runs a command in a network of its own, in which every address of 10.0.0.0/8 is this machine: Pods and load balancers
# answer as in a cluster, and no request can leave. All that it starts ends with it.
set -euo pipefail
# shellcheck disable=SC2016  # expanded inside
exec unshare --map-root-user --net --mount --pid --fork --kill-child --mount-proc bash -c '
  ip link set lo up
  ip address add 10.1.0.1/8 dev lo
  ip route add default dev lo
  mount -t tmpfs none /run
  echo nameserver 127.0.0.1 >/run/resolv.conf
  mount --bind /run/resolv.conf /etc/resolv.conf
  exec "$@"' isolated "$@"
