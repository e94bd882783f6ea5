#!/usr/bin/env bash
# Boots a Debian kernel in an emulated machine, runs `straum verify` in it, and prints what that printed.
#   tools/boot-kernel.sh 5.10|6.1 [arguments of straum verify…]
# The kernel is the package of that version in the Debian release that has it. Everything is kept below build/kernels.
set -euo pipefail
cd "$(dirname "$0")/.."

case "${1:-}" in
  5.10) release=bullseye ;;
  6.1) release=bookworm ;;
  *) echo "straum: boot-kernel: which kernel? 5.10 or 6.1" >&2; exit 2 ;;
esac
kernel=$1; shift

missing=()
for entry in qemu-system-x86:/usr/bin/qemu-system-x86_64 busybox-static:/bin/busybox cpio:/usr/bin/cpio; do
  [ -e "${entry#*:}" ] || missing+=("${entry%%:*}")
done
if [ ${#missing[@]} -gt 0 ]; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# :: Step 1: the kernel, from this machine's own mirror with the release's name in place of this one's.
work=$PWD/build/kernels/$kernel
if [ ! -e "$work/vmlinuz" ]; then
  mkdir -p "$work"/{sources,lists/partial,cache/archives/partial,tree}
  . /etc/os-release
  sed "s/\b$VERSION_CODENAME\b/$release/g" /etc/apt/sources.list.d/debian.sources > "$work/sources/debian.sources"
  apt=(-qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/sources" -o "Dir::State::Lists=$work/lists"
    -o "Dir::Cache=$work/cache" -o Dir::State::status=/dev/null)
  apt-get "${apt[@]}" update
  package=$(apt-cache "${apt[@]}" depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9.-]*cloud-amd64\).*/\1/p' | head -1)
  (cd "$work" && apt-get "${apt[@]}" download "$package" 2>/dev/null)
  dpkg-deb --extract "$work"/linux-image-*.deb "$work/tree"
  cp "$work"/tree/boot/vmlinuz-* "$work/vmlinuz"
  rm -r "$work"/{tree,lists,cache,sources} "$work"/*.deb
fi

# :: Step 2: a root that holds the program, what it loads, and a shell.
root=$work/root
rm -rf "$root"
mkdir -p "$root"/{bin,proc,sys,dev,tmp,lib64,opt/straum,usr/lib/x86_64-linux-gnu}
ln -s usr/lib "$root/lib"
cp bin/straum "$root/opt/straum"
cp -r bin/bpf "$root/opt/straum"
cp /bin/busybox "$root/bin"
ln -s busybox "$root/bin/sh"
libbpf=/usr/lib/x86_64-linux-gnu/libbpf.so.1
for library in "$libbpf" $(ldd bin/straum "$libbpf" | grep -o '/lib/[^ ]*' | sort -u); do
  cp -L "$library" "$root/usr/lib/x86_64-linux-gnu"
done
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64"
cat > "$root/init" <<INIT
#!/bin/sh
for fs in proc:/proc sysfs:/sys devtmpfs:/dev bpf:/sys/fs/bpf; do /bin/busybox mount -t \${fs%%:*} none \${fs#*:}; done
export DOTNET_EnableDiagnostics=0 NO_COLOR=1
echo "== begin \$(/bin/busybox uname -r)"
/opt/straum/straum verify $*
echo "== end \$?"
/bin/busybox poweroff -f
INIT
chmod +x "$root/init"
(cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) > "$work/initrd"

# :: Step 3: boot. Always emulated: where this machine is virtual itself, its own virtualisation may not be trusted.
timeout 600 qemu-system-x86_64 -M q35 -accel tcg -cpu max -m 1500 -nographic -no-reboot -kernel "$work/vmlinuz" -initrd "$work/initrd" \
  -append 'console=ttyS0 quiet panic=-1' < /dev/null | tr -d '\r' > "$work/console" || true
sed -n '/== begin/,/== end/p' "$work/console"
grep -q '^== end 0$' "$work/console"
