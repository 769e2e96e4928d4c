#!/bin/bash
# Helix 25.01 and Emacs 30.1 (eglot built in) of Debian 13, unpacked in a folder: setup_helix_emacs.sh DIR
#
# As root, for debootstrap; about a minute and 400 MB the first time, nothing after that. DIR/hx and DIR/emacs start
# them with Debian 13's own loader and libraries: no chroot and no mounts, so the language servers that the editors
# start run on this machine as everywhere else. What is half done when this script is interrupted is done again.
set -euo pipefail
dir=$(realpath -m "${1:?usage: setup_helix_emacs.sh DIR}")
root=$dir/debian13
mkdir -p "$dir"

for tool in debootstrap tmux; do # the tests type into Helix through tmux
  command -v "$tool" >/dev/null || { apt-get update -q && apt-get install -y -q debootstrap tmux; }
done

if [ ! -d "$root" ]; then
  # The packages downloaded so far are kept when this is interrupted; only a complete folder gets its name.
  debootstrap --variant=minbase --download-only --include=hx,emacs-nox trixie "$dir/download" >&2
  rm -rf "$root.partial" && mkdir "$root.partial"
  for package in "$dir"/download/var/cache/apt/archives/*.deb; do
    dpkg-deb --fsys-tarfile "$package" | tar -x -C "$root.partial" --keep-directory-symlink
  done
  mv "$root.partial" "$root"
  rm -rf "$dir/download"
fi

start='exec "$root"/lib64/ld-linux-x86-64.so.2 --library-path "$root/usr/lib/x86_64-linux-gnu"'
cat >"$dir/hx" <<END
#!/bin/sh
root='$root'
export HELIX_RUNTIME="\$root/usr/lib/hx/runtime"
${start} "\$root/usr/lib/hx/hx" "\$@"
END
cat >"$dir/emacs" <<END
#!/bin/sh
root='$root'
emacs=\$root/usr/share/emacs/30.1
libexec=\$root/usr/libexec/emacs/30.1/x86_64-linux-gnu
export EMACSDATA="\$emacs/etc" EMACSDOC="\$emacs/etc" EMACSLOADPATH="\$emacs/lisp:" EMACSPATH="\$libexec"
${start} "\$root/usr/bin/emacs-nox" --dump-file="\$(echo "\$libexec"/*.pdmp)" "\$@"
END
chmod +x "$dir/hx" "$dir/emacs"
"$dir/hx" --version
"$dir/emacs" --version | head -1
