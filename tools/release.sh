# What package.sh and image.sh share; sourced from the repository's root.
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
# The time that every file of a release carries: of the commit, so that the same sources make the same archive.
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}

# Puts what runs on a node into a directory: the program and what it looks for beside itself.
install_programs() {
  install -d "$1/bpf"
  install -m 0755 bin/straum bin/straum-cni "$1"
  # abi.bpf.o carries types for the generator and no program.
  find bin/bpf -name '*.bpf.o' ! -name abi.bpf.o -exec install -m 0644 -t "$1/bpf" {} +
}

# tar of a directory's content or of one name in it, without anything that differs between two runs.
archive() {
  tar --create --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" "$@"
}
