#!/usr/bin/env bash
# Runs etcd and kube-apiserver alone on loopback, for integration tests; needs neither root nor a node.
# Usage: apiserver.sh up DIR | apiserver.sh down DIR      (DIR belongs to it: `up` replaces what it started there before)
# In DIR: kubeconfig (an administrator), unprivileged.kubeconfig (a user without any rights), etcd.log, kube-apiserver.log,
# audit.log (what ServiceAccounts asked for).
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=environment.sh
source "$here/environment.sh"
# shellcheck source=configuration.sh
source "$here/configuration.sh"

# A process is its id and the time it started: ids are used again.
start_time() {
  [[ -e /proc/$1/stat ]] && sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f20
}

start() {
  local name=$1
  shift
  setsid "$KUBERNETES/$name" "$@" >"$directory/$name.log" 2>&1 </dev/null &
  echo "$! $(start_time $!)" >"$directory/$name.process"
}

stop() {
  local pid started
  [[ -e $directory/$1.process ]] || return 0
  read -r pid started <"$directory/$1.process"
  # Nothing in DIR is worth an orderly end.
  if [[ $(start_time "$pid" 2>/dev/null) == "$started" ]]; then kill -KILL "$pid" 2>/dev/null || true; fi
  rm -f "$directory/$1.process"
}

stop_all() {
  stop kube-apiserver
  stop etcd
  rm -rf "$directory/etcd" "$directory/pki"
}

# Below the range from which outgoing connections take theirs: a port that is free now is free in a moment.
free_ports() {
  python3 - "$1" <<'PYTHON'
import random, socket, sys

sockets = []
while len(sockets) < int(sys.argv[1]):
    each = socket.socket()
    try:
        each.bind(("127.0.0.1", random.randrange(20000, 32000)))
        sockets.append(each)
    except OSError:
        each.close()
print(*(each.getsockname()[1] for each in sockets))
PYTHON
}

start_all() {
  local client peer secure admin unprivileged
  read -r client peer secure < <(free_ports 3)
  start etcd --name node --data-dir "$directory/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "http://127.0.0.1:$client" --advertise-client-urls "http://127.0.0.1:$client" \
    --listen-peer-urls "http://127.0.0.1:$peer" --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "node=http://127.0.0.1:$peer"

  mkdir -p "$directory/pki"
  openssl genrsa -out "$directory/pki/service-accounts.key" 2048 2>/dev/null
  admin=$(openssl rand -hex 16) unprivileged=$(openssl rand -hex 16)
  printf '%s,admin,admin,system:masters\n%s,unprivileged,unprivileged\n' "$admin" "$unprivileged" >"$directory/tokens.csv"
  cat >"$directory/audit-policy.yaml" <<'YAML'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  userGroups: [system:serviceaccounts]
- level: None
YAML
  # No controller makes service accounts here, so Pods must be accepted without.
  start kube-apiserver --etcd-servers="http://127.0.0.1:$client" --bind-address=127.0.0.1 --secure-port="$secure" --cert-dir="$directory/pki" \
    --token-auth-file="$directory/tokens.csv" --authorization-mode=RBAC --allow-privileged=true \
    --audit-policy-file="$directory/audit-policy.yaml" --audit-log-path="$directory/audit.log" \
    --disable-admission-plugins=ServiceAccount --endpoint-reconciler-type=none --service-cluster-ip-range=10.96.0.0/16 \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$directory/pki/service-accounts.key" --service-account-signing-key-file="$directory/pki/service-accounts.key"
  wait_until_ready "https://127.0.0.1:$secure" "$admin"
  print_kubeconfig "https://127.0.0.1:$secure" "$directory/pki/apiserver.crt" >"$directory/kubeconfig" <<<"token: $admin"
  print_kubeconfig "https://127.0.0.1:$secure" "$directory/pki/apiserver.crt" >"$directory/unprivileged.kubeconfig" <<<"token: $unprivileged"
}

wait_until_ready() {
  local server=$1 token=$2 deadline=$((SECONDS + 60)) name
  until curl -sf --max-time 2 --cacert "$directory/pki/apiserver.crt" -H "Authorization: Bearer $token" "$server/readyz" >/dev/null; do
    for name in etcd kube-apiserver; do
      if ((SECONDS > deadline)) || ! kill -0 "$(cut -d' ' -f1 "$directory/$name.process")" 2>/dev/null; then
        tail -n 8 "$directory/$name.log" | cut -c1-400 >&2
        die "$name did not come up, see $directory/$name.log"
      fi
    done
    sleep 0.1
  done
}

[[ $# == 2 && $1 =~ ^(up|down)$ ]] || die 'usage: apiserver.sh up|down DIR'
mkdir -p "$2"
directory=$(cd "$2" && pwd)
stop_all
if [[ $1 == up ]]; then
  KUBERNETES=$("$here/build.sh" kubernetes)
  # Another program may take a port between its choice and its use.
  (start_all) || { stop_all && start_all; }
  say "an API server is ready, with $directory/kubeconfig"
else
  rm -f "$directory"/{kubeconfig,unprivileged.kubeconfig,tokens.csv,audit-policy.yaml,audit.log,etcd.log,kube-apiserver.log}
  rmdir "$directory" 2>/dev/null || true
fi
