#!/usr/bin/env bash
# Prints the path of ministack, an emulator of AWS that enforces IAM; installs it into the cache where it is not yet there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

cache=${STATUSPROBE_CACHE:-${HOME:-/root}/.cache/statusprobe}
digest=$(sha256sum <requirements.txt)
directory=$cache/ministack-${digest:0:12}

mkdir -p "$cache"
exec {lock}>"$cache/.ministack.lock"
flock "$lock"
if [[ ! -x $directory/bin/ministack ]]; then
  rm -rf "$directory"
  python3 -m venv "$directory.new"
  "$directory.new/bin/pip" install --quiet --disable-pip-version-check --requirement requirements.txt >&2
  # A virtual environment knows its own path: scripts are started through its interpreter.
  mv "$directory.new" "$directory"
  sed -i "1s|.*|#!$directory/bin/python3|" "$directory/bin/ministack"
fi
echo "$directory/bin/ministack"
