#!/usr/bin/env bash
# Straum's measurements beside other tools', in turn, for a quiet machine: disk (fio), net (iperf3), counters (/proc, read here).
# fio and iperf3 are Debian packages of these names; nothing else needs them. STRAUM names another program than bin/straum.
set -euo pipefail
cd "$(dirname "$0")/.."
straum=${STRAUM:-bin/straum} rounds=${2:-5}
scratch=$(mktemp -d "${DIRECTORY:-/var/tmp}/straum-compare.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
figures() { python3 -c 'import json, sys; f = {x["name"]: x["value"] for x in json.load(sys.stdin)["figures"]}; print("straum", *(f"{n} {f[n]:.0f}" for n in sys.argv[1:]))' "$@"; }

# Passes lines on, then the median of each column by the first word.
medians() {
  python3 -uc 'import re, statistics, sys
rounds = {}
for line in sys.stdin:
  print(line, end="")
  rounds.setdefault(line.split()[0], []).append([float(n) for n in re.findall(r" (\d+)(?= |$)", line)])
for name, values in rounds.items(): print(f"{name:6} medians", *(f"{statistics.median(column):.0f}" for column in zip(*values)))'
}

disk() {
  for _ in $(seq "$rounds"); do
    fio --name=etcd --directory="$scratch" --rw=write --ioengine=sync --fdatasync=1 --size=22m --bs=2300 --output-format=json |
      python3 -c 'import json, sys; p = json.load(sys.stdin)["jobs"][0]["sync"]["lat_ns"]["percentile"]; print("fio   ", *(f"p{n} {p[k] / 1e3:.0f}" for n, k in (("50", "50.000000"), ("99", "99.000000"), ("99.9", "99.900000"))), "µs")'
    rm -f "$scratch"/*
    "$straum" bench disk "$scratch" --seconds 60 -o json | figures disk.sync.p50 disk.sync.p99 disk.sync.p99.9
  done | medians
}

net() {
  for _ in $(seq "$rounds"); do
    iperf3 -s -1 -p 5298 > /dev/null & local server=$!
    sleep 1
    iperf3 -c 127.0.0.1 -p 5298 -t 5 -J | python3 -c 'import json, sys; print("iperf3 %.0f bit/s" % json.load(sys.stdin)["end"]["sum_received"]["bits_per_second"])'
    wait "$server"
    "$straum" bench serve --port 5297 > /dev/null & server=$!
    sleep 1
    "$straum" bench net 127.0.0.1:5297 -o json | figures net.throughput net.roundtrip.p50
    kill "$server"
    wait "$server" || true
  done
}

# Ticks of all CPUs and of the thief; packets, drops and squeezes of all CPUs.
sample() { awk '/^cpu /{ t = 0; for (i = 2; i <= 9; i++) t += $i; print t, $9 }' /proc/stat; python3 -c 'rows = [[int(w, 16) for w in l.split()[:3]] for l in open("/proc/net/softnet_stat")]; print(*map(sum, zip(*rows)))'; }

counters() {
  for _ in $(seq "$rounds"); do
    sample > "$scratch/before"
    { "$straum" doctor --only ST-CP-001,ST-CP-002 -o json || true; } | python3 -c 'import json, sys; [print("straum", f["measured"]) for c in json.load(sys.stdin)["checks"] for f in c["findings"]]'
    sample | paste -d ' ' "$scratch/before" - | awk 'NR == 1 { printf "/proc  %.2f %% stolen\n", 100 * ($4 - $2) / ($3 - $1) } NR == 2 { print "/proc ", $5 - $2, "of", $4 - $1, "packets dropped,", $6 - $3, "squeezes" }'
  done
}

case ${1:-} in
  disk | net | counters) "$1" ;;
  *) echo "usage: tools/compare-tools.sh disk|net|counters [ROUNDS]" >&2; exit 2 ;;
esac
