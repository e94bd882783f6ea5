#!/usr/bin/env bash
# make package: one archive for hosts, with or without Kubernetes. Needs what make build leaves in bin/.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/release.sh

name=straum-$version-linux-x64
root=build/package/$name
rm -rf build/package
install_programs "$root"
install -m 0644 LICENSE CHANGELOG.md deploy/straum.schema.json deploy/host/straum.service deploy/host/straum.yaml "$root"
install -D -m 0644 -t "$root/manifests" deploy/host/manifests/*.yaml
# As they lie in the repository, so that their links lead somewhere; only the schema has another place here.
find docs -name '*.md' -exec install -D -m 0644 {} "$root/{}" \;
sed -i 's|(\.\./\.\./deploy/straum\.schema\.json)|(../../straum.schema.json)|' "$root/docs/reference/configuration.md"

archive -C build/package "$name" | gzip -9n > "build/$name.tar.gz"
(cd build && sha256sum "$name.tar.gz" > "$name.tar.gz.sha256")
du -h "build/$name.tar.gz" | awk -v file="build/$name.tar.gz" '{ print "straum: " file ", " $1 }'
