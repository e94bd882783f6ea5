#!/usr/bin/env bash
# What a Service costs beside the same pod asked directly, as ratios of one run: rounds are interleaved, each figure is
# the median of the rounds' medians. Absolute times mean nothing on a shared machine. ROUNDS, COUNT and MODE may be set.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-7} count=${COUNT:-2000} mode=${MODE:-native}
straum=$PWD/bin/straum
lab() { "$straum" lab "$@"; }
kubectl() { lab kubectl "$@"; }

lab up --no-check --mode "$mode" >/dev/null
trap 'lab down >/dev/null' EXIT
kubectl scale deployment echo --replicas=1 >/dev/null
until [ "$(kubectl get pods -l app=echo -o name | wc -l)" = 1 ] && [ "$("$straum" services --node n1 -o json | grep -c '10.96.')" -gt 0 ]; do :; done

pod_ip() { kubectl get pod "$1" -o 'jsonpath={.status.podIP}'; }
node_of() { kubectl get pod "$1" -o 'jsonpath={.spec.nodeName}'; }
server=$(kubectl get pods -l app=echo -o 'jsonpath={.items[0].metadata.name}')
service=$(kubectl get service echo -o 'jsonpath={.spec.clusterIP}')
client=
for pod in $(kubectl get pods -l app=client -o 'jsonpath={.items[*].metadata.name}'); do
  [ "$(node_of "$pod")" = "$(node_of "$server")" ] || client=$pod
done

# microseconds: the median of one round of new connections, one request each
round() { lab exec "$client" -- "$straum" probe tcp "$1" --count "$count" --json | sed 's/.*"p50Microseconds":\([0-9.]*\).*/\1/'; }
median() { sort -n | awk '{ v[NR] = $1 } END { print (NR % 2) ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

direct=() through=()
for ((i = 0; i < rounds; i++)); do
  direct+=("$(round "$(pod_ip "$server"):7000")")
  through+=("$(round "$service:7000")")
done
d=$(printf '%s\n' "${direct[@]}" | median) s=$(printf '%s\n' "${through[@]}" | median)

echo
echo "kernel $(uname -r), $(nproc) cores, $mode mode, $rounds rounds of $count connections"
echo
echo "| figure | Straum | baseline | ratio | target |"
echo "|---|---|---|---|---|"
awk -v d="$d" -v s="$s" 'BEGIN { printf "| connect + request through a Service, µs p50 | %.1f | %.1f (the same pod directly) | %.3f | ≤ 1.03 |\n", s, d, s / d }'
