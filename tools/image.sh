#!/usr/bin/env bash
# make image: an OCI archive, from Debian's packages and bin/, without a registry. No shell and no package manager inside: the
# libraries that the program loads, the program, and dpkg's records of the packages, which scanners read.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/release.sh

if ! command -v buildah >/dev/null; then
  echo "straum: installing buildah"
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends buildah >/dev/null
fi
# What the program loads, by ldd and dlopen, with what that needs. libssl is .NET's TLS.
packages=(libc6 libgcc-s1 libstdc++6 libssl3 libbpf1 libelf1 zlib1g)

root=build/image/rootfs
archive=build/straum-$version-oci.tar
rm -rf build/image "$archive"
mkdir -p build/image

# :: Step 1: the libraries, unpacked only: none of them needs its maintainer scripts. Their records are where scanners look for them
# in images without dpkg.
install -d build/image/packages "$root/var/lib/dpkg/status.d"
(cd build/image/packages && apt-get download -qq "${packages[@]}" 2>/dev/null)
for package in build/image/packages/*.deb; do
  dpkg-deb --extract "$package" "$root"
  dpkg-deb --field "$package" > "$root/var/lib/dpkg/status.d/$(dpkg-deb --field "$package" Package)"
done
find "$root/usr/share/doc" -type f ! -name copyright -delete
rm -rf "$root"/usr/share/{lintian,locale,man} "$root"/usr/lib/*/{gconv,audit}

# :: Step 2: the rest of a root file system. /var/run is where runtimes say that network namespaces are.
mkdir -p "$root"/{etc,opt,proc,run,sys,dev,host}
install -d -m 1777 "$root/tmp"
ln -s ../run "$root/var/run"
echo 'root:x:0:0:root:/:/sbin/nologin' > "$root/etc/passwd"
echo 'root:x:0:' > "$root/etc/group"
ldconfig -r "$root" 2>/dev/null
rm -rf "$root/var/cache"
install_programs "$root/opt/straum"
install -m 0644 LICENSE "$root/opt/straum"

# :: Step 3: the archive.
buildah() { command buildah --root "$PWD/build/image/storage" --runroot "$PWD/build/image/run" --storage-driver vfs "$@"; }
container=$(buildah from scratch)
buildah copy --quiet "$container" "$root" / >/dev/null
buildah config --entrypoint '["/opt/straum/straum"]' --cmd '[]' --workingdir / \
  --env PATH=/opt/straum --env DOTNET_EnableDiagnostics=0 \
  --label org.opencontainers.image.title=straum --label "org.opencontainers.image.version=$version" \
  --label org.opencontainers.image.licenses=Apache-2.0 "$container"
buildah commit --quiet --timestamp "$SOURCE_DATE_EPOCH" "$container" "straum:$version" >/dev/null
buildah push --quiet "straum:$version" "oci:build/image/oci:$version"
buildah rm --all >/dev/null
archive -C build/image/oci . > "$archive"
rm -rf build/image/storage build/image/run
du -h "$archive" | awk -v file="$archive" '{ print "straum: " file ", " $1 }'
