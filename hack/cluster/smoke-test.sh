#!/usr/bin/env bash
# Shows that a running cluster does what the project's tests build on; takes about half a minute.
# Usage: smoke-test.sh        (after up.sh; leaves nothing behind)
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=environment.sh
source "$here/environment.sh"

KUBECTL=$("$here/build.sh" kubernetes)/kubectl
FAILURES=0

k() {
  "$KUBECTL" --kubeconfig "$CLUSTER_DIR/kubeconfig" --namespace smoke-test "$@"
}

remove_namespace() {
  "$KUBECTL" --kubeconfig "$CLUSTER_DIR/kubeconfig" delete namespace smoke-test --ignore-not-found --wait="$1" >/dev/null
}

# Tries COMMAND until its output contains EXPECTED; fails after SECONDS with the last output.
expect() {
  local seconds=$1 what=$2 expected=$3 deadline=$((SECONDS + $1)) output
  shift 3
  while true; do
    output=$("$@" 2>&1) || true
    if [[ $output == *"$expected"* ]]; then
      say "ok: $what"
      return
    fi
    ((SECONDS < deadline)) || break
    sleep 0.3
  done
  say "FAILED after $seconds s: $what: wanted '$expected', got '${output:0:400}'"
  FAILURES=$((FAILURES + 1))
}

in_client() {
  k exec client -- "$@"
}

container_state() {
  k get pod "$1" -o 'jsonpath={.status.containerStatuses[0].state} {.status.containerStatuses[0].lastState}'
}

fetch_from_host() {
  curl -s --max-time 5 -H "Host: $1" "http://$address/"
}

address_of() {
  k get "$1" web -o "jsonpath=$2"
}

check_network() {
  expect 20 'a Pod reaches a Service by its cluster DNS name' 'hello web' in_client timeout 3 wget -q -O- http://web
  expect 5 'a Pod reaches a Service by its cluster IP' 'hello' in_client timeout 3 wget -q -O- "http://$(address_of service '{.spec.clusterIP}')"
  expect 5 'a Pod reaches another Pod' 'hello' in_client timeout 3 wget -q -O- "http://$(k get pod -l app=web -o 'jsonpath={.items[0].status.podIP}'):8080"
  expect 5 'a Pod reaches the API server' '"gitVersion"' in_client timeout 3 wget -q --no-check-certificate -O- https://kubernetes.default.svc/version
  expect 2 'a name outside the cluster does not exist' 'NXDOMAIN' in_client nslookup www.example.com
}

check_ingress() {
  expect 20 'the Ingress gets an address' '.' address_of ingress '{.status.loadBalancer.ingress[0].ip}'
  address=$(address_of ingress '{.status.loadBalancer.ingress[0].ip}')
  expect 10 "the host reaches the Ingress at $address" 'hello web.smoke-test.example' fetch_from_host web.smoke-test.example
  expect 5 "a Pod reaches the Ingress at $address" 'hello web.smoke-test.example' in_client timeout 3 wget -q -O- --header 'Host: web.smoke-test.example' "http://$address"
  expect 20 'the Gateway gets the same address' "$address" address_of gateway '{.status.addresses[0].value}'
  expect 10 'the host reaches the HTTPRoute' 'hello route.smoke-test.example' fetch_from_host route.smoke-test.example
}

check_failures() {
  expect 30 'a Pod without image waits' 'ImagePull' container_state imageless
  expect 30 'an unready Pod says why' 'HTTP probe failed with statuscode: 500' k get events --field-selector involvedObject.name=unready
  expect 30 'a greedy Pod is killed' 'OOMKilled' container_state greedy
  expect 30 'a crashing Pod backs off' 'CrashLoopBackOff' container_state crashing
  expect 5 'its exit code is known' '"exitCode":3' container_state crashing
  # For a moment after each end, the run before the last one is asked for, which is gone already.
  expect 30 'the log of its last run is there' 'cannot find the database' k logs crashing --previous
  expect 5 'the log of a running Pod is there' '/ready' k logs deployment/web
}

"$here/base-image.sh"
"$here/load-image.sh" localhost/node:24
trap 'remove_namespace false' EXIT
remove_namespace true
k apply -f "$here/smoke-test/manifests.yaml" >/dev/null
k wait pod client --for=condition=Ready --timeout=60s >/dev/null
check_network
check_ingress
check_failures
[[ $FAILURES == 0 ]] || die "$FAILURES of the checks failed"
say 'all of it works'
