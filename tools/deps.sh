#!/usr/bin/env bash
# Installs what building and testing Straum needs, from Debian's packages. Idempotent and quiet when nothing is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(id -u)" = 0 ] || { echo "straum: root is needed: the lab and the tests make network namespaces and load BPF programs (use sudo make …)" >&2; exit 1; }
command -v dotnet >/dev/null || { echo "straum: the .NET SDK $(sed -n 's/.*"version": "\([0-9]*\.[0-9]*\).*/\1/p' global.json) is missing: install dotnet-sdk and put it on PATH" >&2; exit 1; }

# package:a file it brings (dpkg -s alone costs more than a stat)
want=(
  clang:/usr/bin/clang llvm:/usr/bin/llvm-objdump libbpf-dev:/usr/include/bpf/bpf_helpers.h
  bpftool:/usr/sbin/bpftool gcc:/usr/bin/gcc libc6-dev:/usr/include/stdio.h
  iproute2:/usr/sbin/ip tcpdump:/usr/bin/tcpdump curl:/usr/bin/curl iputils-ping:/usr/bin/ping
  procps:/usr/bin/pgrep nftables:/usr/sbin/nft iptables:/usr/sbin/iptables-legacy
  # A throttled disk: a file system on a loop device.
  e2fsprogs:/usr/sbin/mkfs.ext4 mount:/usr/sbin/losetup util-linux:/usr/bin/lsblk
  # The agent in a container with the manifests' rights: the runtime, and the seccomp profile that runtimes share.
  runc:/usr/sbin/runc golang-github-containers-common:/usr/share/containers/seccomp.json
)
missing=()
for entry in "${want[@]}"; do
  [ -e "${entry#*:}" ] || missing+=("${entry%%:*}")
done
# The package conflicts with other builds of kubectl: wanted only where there is none.
command -v kubectl >/dev/null || missing+=(kubernetes-client)

if [ ${#missing[@]} -gt 0 ]; then
  echo "straum: installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

[ -r /sys/kernel/btf/vmlinux ] || { echo "straum: this kernel has no BTF (/sys/kernel/btf/vmlinux): CONFIG_DEBUG_INFO_BTF is needed" >&2; exit 1; }
mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf || { echo "straum: cannot mount bpffs on /sys/fs/bpf: CONFIG_BPF_SYSCALL is needed" >&2; exit 1; }
