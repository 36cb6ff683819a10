#!/usr/bin/env bash
# Makes localhost/node:24 without a registry: Node.js and npm from npm's registry, with this host's C library,
# a shell (busybox) and certificates. A stand-in for docker.io/library/node:24, for builds on this machine only.
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=environment.sh
source "$here/environment.sh"
# shellcheck source=image-store.sh
source "$here/image-store.sh"

# Prints the path of the Node.js binary: the work tree's own, else one installed into the cache.
node_binary() {
  local own=$CLUSTER_SOURCE/../../node_modules/node/bin/node cached=$CACHE/node-$NODE_VERSION
  if [[ $("$own" --version 2>/dev/null) == v24.* ]]; then
    readlink -f "$own"
    return
  fi
  if [[ ! -d $cached ]]; then
    say "installing Node.js $NODE_VERSION from npm"
    rm -rf "$cached.partial"
    npm install --silent --no-package-lock --prefix "$cached.partial" "node@$NODE_VERSION" >&2
    mv "$cached.partial" "$cached"
  fi
  readlink -f "$cached/node_modules/node/bin/node"
}

npm_directory() {
  local cached=$CACHE/npm-$NPM_VERSION
  if [[ ! -d $cached ]]; then
    say "installing npm $NPM_VERSION from npm"
    rm -rf "$cached.partial"
    npm install --silent --no-package-lock --prefix "$cached.partial" "npm@$NPM_VERSION" >&2
    mv "$cached.partial" "$cached"
  fi
  echo "$cached/node_modules/npm"
}

write_root() {
  local root=$1 node=$2 library
  mkdir -p "$root"/{bin,etc/ssl/certs,lib,lib64,root,tmp,proc,sys,dev,usr/bin,usr/etc,usr/lib/node_modules,usr/local/bin,home/node,app}
  chmod 1777 "$root/tmp"
  install "$node" "$root/usr/bin/node"
  install "$(command -v busybox)" "$root/bin/busybox"
  { ldd "$node" "$root/bin/busybox" || true; } | grep -o '/lib[^ ]*' | sort -u | while read -r library; do
    install -D "$(readlink -f "$library")" "$root$library"
  done
  install -D /lib/x86_64-linux-gnu/libnss_dns.so.2 /lib/x86_64-linux-gnu/libnss_files.so.2 /lib/x86_64-linux-gnu/libresolv.so.2 \
    --target-directory="$root/lib/x86_64-linux-gnu"
  cp -r "$(npm_directory)" "$root/usr/lib/node_modules/npm"
  ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/bin/npm"
  ln -s ../lib/node_modules/npm/bin/npx-cli.js "$root/usr/bin/npx"
  # The host may reach the registry through a proxy with a certificate of its own; npm alone needs to know.
  echo 'cafile=/etc/ssl/certs/ca-certificates.crt' >"$root/usr/etc/npmrc"
  install --mode=644 /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  busybox --list | while read -r library; do ln -s busybox "$root/bin/$library" 2>/dev/null || true; done
  ln -s /bin/busybox "$root/usr/bin/env"
  printf 'root:x:0:0::/root:/bin/sh\nnode:x:1000:1000::/home/node:/bin/sh\nnonroot:x:65532:65532::/:/bin/sh\n' >"$root/etc/passwd"
  printf 'root:x:0:\nnode:x:1000:\nnonroot:x:65532:\n' >"$root/etc/group"
  echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
}

prepare_store
node=$(node_binary)
key=$({ stat -c '%n %s %Y' "$node" /etc/ssl/certs/ca-certificates.crt && echo "$NPM_VERSION" && cat "${BASH_SOURCE[0]}"; } | sha256sum | cut -c1-12)
if [[ $(cat "$CACHE/images/base-image" 2>/dev/null) == "$key" && -n $(image_id "$BASE_IMAGE") ]]; then exit 0; fi
lock base-image
say "making $BASE_IMAGE from $node"
container=$(store from scratch)
trap 'store rm "$container" >/dev/null' EXIT
root=$(mktemp -d "$CACHE/images/root.XXXXXX")
chmod 755 "$root"
write_root "$root" "$node"
store add --quiet "$container" "$root" / >/dev/null
store config --env PATH=/usr/local/bin:/usr/bin:/bin --cmd node --created-by hack/cluster/base-image.sh "$container"
store commit --quiet "$container" "$BASE_IMAGE" >/dev/null
rm -rf "$root"
echo "$key" >"$CACHE/images/base-image"
