#!/usr/bin/env bash
# Installs a program that stands in for AWS into the cache, where it is not yet there, and prints its path.
# ministack: an emulator that enforces IAM; moto_server: another emulator; microburst: a proxy that makes calls fail.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

program=${1:?give ministack, moto_server or microburst}
requirements=requirements/${program%_server}.txt
cache=${STATUSPROBE_CACHE:-${HOME:-/root}/.cache/statusprobe}
digest=$(sha256sum <"$requirements")
directory=$cache/${program%_server}-${digest:0:12}

mkdir -p "$cache"
exec {lock}>"$cache/.$program.lock"
flock "$lock"
if [[ ! -x $directory/bin/$program ]]; then
  rm -rf "$directory" "$directory.new"
  python3 -m venv "$directory.new"
  "$directory.new/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" >&2
  # A virtual environment knows its own path: scripts are started through its interpreter.
  sed -i "1s|.*|#!$directory/bin/python3|" "$directory.new/bin/$program"
  mv "$directory.new" "$directory"
fi
echo "$directory/bin/$program"
