#!/usr/bin/env bash
# Builds and runs every test project, and prints the sum over all of them as the last line.
set -uo pipefail
cd "$(dirname "$0")/.."

tools/step.sh "test programs" dotnet build straum.slnx -c Release -v q --nologo || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }

passed=0 failed=0 skipped=0
mkdir -p build/test-results
for project in tests/*.Tests; do
  name=$(basename "$project")
  [ $# -gt 0 ] && [[ ! " $* " == *" $name "* ]] && continue
  program="$project/bin/Release/net10.0/$name"
  report="build/test-results/$name.xml"
  rm -f "$report"
  echo "== $name"
  "$program" -noLogo -noColor -xml "$report"
  code=$?
  read -r p f s < <(grep -o '<assembly [^>]*>' "$report" 2>/dev/null | head -1 | awk '
    function attr(n,  m) { if (match($0, " " n "=\"[0-9]+\"")) { m = substr($0, RSTART, RLENGTH); gsub(/[^0-9]/, "", m); return m } return 0 }
    { print attr("passed"), attr("failed") + attr("errors"), attr("skipped") }')
  if [ -z "${p:-}" ] || { [ "$code" -ne 0 ] && [ "${f:-0}" -eq 0 ]; }; then
    echo "$name ended with exit code $code"
    f=$(( ${f:-0} + 1 ))
  fi
  passed=$((passed + ${p:-0})) failed=$((failed + ${f:-0})) skipped=$((skipped + ${s:-0}))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
