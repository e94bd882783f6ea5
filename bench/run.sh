#!/usr/bin/env bash
# No benchmark exists yet; the table of docs/benchmarks.md is the work of a later issue.
set -euo pipefail
echo "straum: no benchmark is defined yet" >&2
exit 1
