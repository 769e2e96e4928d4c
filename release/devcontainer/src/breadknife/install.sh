#!/bin/sh
# Installs breadknife for the dev container's user; runs as root while the image is built.
set -eu

case ${VERSION:-latest} in
latest) what=breadknife ;;
[0-9]*) what=breadknife==$VERSION ;;
*) what=$VERSION ;;
esac

needed=
command -v git >/dev/null || needed="$needed git"
python3 -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || needed="$needed python3 python3-venv"
case " ${PARTS:-} " in *" engine "*) command -v c++ >/dev/null || needed="$needed build-essential" ;; esac
case " ${PARTS:-} " in *" languagetool "*) command -v java >/dev/null || needed="$needed default-jre-headless" ;; esac
if [ -n "$needed" ]; then
  command -v apt-get >/dev/null || {
    echo "breadknife needs:$needed. Add the features for them before this one." >&2
    exit 1
  }
  apt-get update
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $needed
  rm -rf /var/lib/apt/lists/*
fi
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "breadknife needs Python 3.11 or newer: add the feature ghcr.io/devcontainers/features/python before this one." >&2
  exit 1
}

python3 -m venv /opt/breadknife
/opt/breadknife/bin/pip install --no-cache-dir "$what"
if [ -n "${PARTS:-}" ]; then
  user=${_REMOTE_USER:-root}
  chown -R "$user" /opt/breadknife # the engine is installed beside breadknife
  su "$user" -c "/opt/breadknife/bin/breadknife setup $PARTS"
fi
