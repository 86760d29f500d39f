#!/usr/bin/env bash
# Builds the image of the Dockerfile and proves it, on a Debian machine that reaches no image registry: its bases are made
# with mmdebstrap, or from the archive of a root file system in BASE_TAR. Needs root, buildah, mmdebstrap, runc, node, npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=test/image
work="$(mktemp -d)"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
buildah() { command buildah --root "$work/storage" --runroot "$work/runroot" "$@"; }
runc() { command runc --root "$work/runc" "$@"; }
say() { printf '\n== %s (%ss)\n' "$1" "$SECONDS"; }

finish() {
  runc delete --force latchkey >/dev/null 2>&1 || true
  buildah umount --all >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap finish EXIT

say 'the bases'
base="${BASE_TAR:-$work/base.tar}"
[[ -e "$base" ]] || mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$base"
container="$(buildah from scratch)"
buildah add --quiet "$container" "$base" / >/dev/null
buildah commit --quiet "$container" run-base >/dev/null
# The first stage needs Node and npm: those of this machine, and whom it trusts.
buildah copy --quiet "$container" "$(command -v node)" /usr/local/bin/node >/dev/null
buildah copy --quiet "$container" "$(dirname "$(dirname "$(realpath "$(command -v npm)")")")" /usr/local/lib/npm >/dev/null
buildah copy --quiet "$container" /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt >/dev/null
buildah run "$container" -- ln -s ../lib/npm/bin/npm-cli.js /usr/local/bin/npm
buildah config --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$container"
buildah commit --quiet --rm "$container" build-base >/dev/null

say 'the image'
buildah build --quiet --format docker --build-arg BUILD_IMAGE=localhost/build-base \
  --build-arg RUN_IMAGE=localhost/run-base --tag latchkey . >/dev/null
buildah inspect --type image latchkey >"$work/image.json"
container="$(buildah from latchkey)"
root="$(buildah mount "$container")"
# Nothing in it may need a shell.
rm -f "$root"/bin/{sh,dash,bash} "$root"/usr/bin/{sh,dash,bash}

say 'a container of it: root read-only, one volume'
mkdir -p "$work/bundle" "$work/volume"
cp -a "$root/data/." "$work/volume"
chown --reference="$root/data" "$work/volume"
node "$here/bundle.mjs" "$work/image.json" "$root" "$work/volume" >"$work/bundle/config.json"
runc run --bundle "$work/bundle" --pid-file "$work/pid" latchkey >"$work/out" 2>"$work/err" &
runner=$!

say 'what it promises'
node "$here/check.mjs" "$work" || { cat "$work/err" >&2; exit 1; }

say 'an end by SIGTERM'
runc kill latchkey TERM
wait "$runner"
grep --quiet 'Stopping' "$work/err"
[[ -z "$(find "$work/volume" -name '*-wal')" ]]
say 'proven'
