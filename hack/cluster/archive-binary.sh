#!/usr/bin/env bash
# Writes an image of one static binary as a docker-archive; needs no image tool and always gives the same bytes.
# Usage: archive-binary.sh BINARY IMAGE OUTPUT
set -euo pipefail

binary=$1 image=$2 output=$3
work=$(mktemp -d "$output.XXXXXX")
trap 'rm -rf "$work"' EXIT
name=${binary##*/}

# /tmp is there for programs that write scratch files, and /etc/passwd for runAsNonRoot.
mkdir -p "$work/layer/etc" "$work/layer/tmp"
chmod 1777 "$work/layer/tmp"
echo 'nonroot:x:65532:65532::/:/' >"$work/layer/etc/passwd"
cp "$binary" "$work/layer/$name"
tar -C "$work/layer" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/layer.tar" .
digest=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
printf '{"architecture":"amd64","os":"linux","config":{"Entrypoint":["/%s"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
  "$name" "$digest" >"$work/config.json"
printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$image" >"$work/manifest.json"
tar -C "$work" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/image.tar" manifest.json config.json layer.tar
mv "$work/image.tar" "$output"
