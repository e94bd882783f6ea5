#!/usr/bin/env bash
# Boots a Debian kernel in an emulated machine, and prints what tools/kernel-init.sh found out there: what the verifier says of every
# program, and whether an agent with two pods does its work.
#   tools/boot-kernel.sh 5.10|6.1
# The kernel is the package of that version in the Debian release that has it. Everything is kept below build/kernels.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/release.sh

case "${1:-}" in
  5.10) release=bullseye ;;
  6.1) release=bookworm ;;
  *) echo "straum: boot-kernel: which kernel? 5.10 or 6.1" >&2; exit 2 ;;
esac
kernel=$1

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
  # What the kernel asks for when the agent makes a device or attaches a program.
  (cd "$work/tree" && find lib/modules/*/kernel/{net,lib,drivers/net/{veth.ko,vxlan*}} -name '*.ko' | cpio --quiet -pdm "$work/modules")
  busybox depmod -b "$work/modules" "$(ls "$work/modules/lib/modules")"
  cp "$work"/tree/boot/vmlinuz-* "$work/vmlinuz"
  rm -r "$work"/{tree,lists,cache,sources} "$work"/*.deb
fi

# :: Step 2: a root that holds the program, what it loads, and a shell.
root=$work/root
rm -rf "$root"
mkdir -p "$root"/{bin,proc,sys,dev,tmp,run,var,lib64,etc/straum/manifests,usr/lib/x86_64-linux-gnu}
ln -s usr/lib "$root/lib"
ln -s bin "$root/sbin"
cp -r "$work/modules/lib/modules" "$root/usr/lib"
install_programs "$root/opt/straum"
cp /bin/busybox "$root/bin"
install -m 0755 tools/kernel-init.sh "$root/init"
sed 's/host1/n1/; s/192\.0\.2\./172.31.0./' deploy/host/manifests/nodes.yaml > "$root/etc/straum/manifests/nodes.yaml"
sed 's/10\.244\.1\.10/10.244.1.2/; /10\.244\.2\.10/,$d; s/host1/n1/' deploy/host/manifests/web.yaml > "$root/etc/straum/manifests/web.yaml"
{ cat deploy/host/straum.yaml; printf 'node:\n  name: n1\n'; } > "$root/etc/straum/straum.yaml"
loaded=(/usr/lib/x86_64-linux-gnu/{libbpf.so.1,libssl.so.3})
for library in "${loaded[@]}" $(ldd bin/straum "${loaded[@]}" | grep -o '/lib/[^ :]*' | sort -u); do
  cp -L "$library" "$root/usr/lib/x86_64-linux-gnu"
done
cp -L /lib64/ld-linux-x86-64.so.2 "$root/lib64"
(cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) > "$work/initrd"

# :: Step 3: boot. Always emulated: where this machine is virtual itself, its own virtualisation may not be trusted.
timeout 600 qemu-system-x86_64 -M q35 -accel tcg -cpu max -m 1500 -nographic -no-reboot -kernel "$work/vmlinuz" -initrd "$work/initrd" \
  -append 'console=ttyS0 quiet panic=-1' < /dev/null | tr -d '\r' > "$work/console" || true
sed -n '/== begin/,/== end/p' "$work/console"
grep -q '^== end$' "$work/console"
