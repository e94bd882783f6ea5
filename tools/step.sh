#!/usr/bin/env bash
# Runs one step of the build and says what it is and how long it took:  step.sh WHAT COMMAND…
set -uo pipefail
what=$1
shift
started=$(date +%s%N)
echo "· $what …"
"$@"
code=$?
tenths=$((($(date +%s%N) - started) / 100000000))
took="$((tenths / 10)).$((tenths % 10)) s"
if [ "$code" -eq 0 ]; then echo "✓ $what  ($took)"; else echo "✗ $what  (exit code $code after $took)" >&2; fi
exit "$code"
