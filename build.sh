#!/usr/bin/env bash
# Builds everything and runs every test.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly configuration=Release
readonly results=artifacts/test-results
readonly tools=tests/tools
readonly buf=$tools/node_modules/.bin/buf
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

usage() {
  cat <<'EOF'
Usage: ./build.sh [--check]

Lints the protos, builds with warnings as errors, runs every test. The last line counts the tests.

  --check   all that CI does: also the formatting, the packages, and a short run of the benchmarks
  --help    this text

Needs the .NET SDK that global.json names. Node.js and npm are needed by the proto checks and by the tests that call the
server from another language: installed from Debian when root or password-less sudo allows it, else these are skipped.
EOF
}

step() { current=$*; printf '\n== %s\n' "$*"; }
note() { printf 'build.sh: %s\n' "$*" >&2; }
die() { note "$*"; exit 1; }
trap 'note "stopped at: ${current:-start}"' ERR

have_node() { command -v node >/dev/null && command -v npm >/dev/null; }

install_packages() {
  local as_root=()
  ((EUID == 0)) || as_root=(sudo -n)
  command -v apt-get >/dev/null || return 1
  "${as_root[@]}" apt-get update -qq && "${as_root[@]}" apt-get install -qq -y --no-install-recommends "$@"
}

set_up_node_tools() {
  step "Node.js tools"
  if ! have_node && ! install_packages nodejs npm; then
    $check && die "--check needs Node.js and npm: apt-get install nodejs npm"
    note "no Node.js: the proto checks and the tests that need it are skipped. To have them: apt-get install nodejs npm"
    return
  fi
  # The browser is for one test, which is skipped without it.
  if ! command -v chromium >/dev/null && ! install_packages chromium; then
    note "no Chromium: the test in a browser is skipped. To have it: apt-get install chromium"
  fi
  # npm writes its hidden lock file last, so its age is that of the installation. No script of a package has to run.
  if [[ ! $tools/node_modules/.package-lock.json -nt $tools/package-lock.json ]]; then
    npm ci --prefix "$tools" --ignore-scripts --no-audit --no-fund
  fi
}

# The commit that the contract must stay compatible with: where this branch left main, or, on main itself, the commit
# before. Prints nothing where git has neither (a shallow clone, no repository).
contract_baseline() {
  local ref commit
  for ref in origin/main main HEAD~1; do
    commit=$(git merge-base HEAD "$ref" 2>/dev/null) || continue
    [[ $commit == "$(git rev-parse HEAD)" ]] || { echo "$commit"; return; }
  done
}

check_protos() {
  [[ -x $buf ]] || return 0
  step "Protos"
  "$buf" lint
  "$buf" format --diff --exit-code
  local baseline
  baseline=$(contract_baseline)
  if [[ -n $baseline ]]; then
    git archive "$baseline" buf.yaml protos | "$buf" breaking --against '-#format=tar'
  else
    note "nothing to compare the protos with: compatibility is not checked"
  fi
}

build() {
  step "Build"
  dotnet restore
  # A restore in locked mode refuses a lock file that is out of date, but writes one that is missing.
  local unlocked
  unlocked=$(git ls-files --others --exclude-standard -- '*packages.lock.json' 2>/dev/null) || true
  [[ ${CI:-} != true || -z $unlocked ]] || die "to be committed: ${unlocked//$'\n'/ }"
  dotnet build --no-restore --configuration $configuration
}

check_format() {
  step "Format"
  dotnet format --no-restore --verify-no-changes
}

# What is a package is meant to be one.
check_packages() {
  step "Packages"
  local folder=artifacts/packages expected="ServiceOrdering.Client ServiceOrdering.Protos ServiceOrdering.Tmf.Rest.Protos"
  rm -rf $folder
  dotnet pack --no-build --configuration $configuration --output $folder
  local made
  made=$(cd $folder && printf '%s\n' *.nupkg | sed -E 's/\.[0-9]+\.[0-9]+\.[0-9]+.*//' | sort | xargs)
  [[ $made == "$expected" ]] || die "packages: $made; expected: $expected"
}

# A project without tests fails, and so does one that hangs.
run_tests() {
  rm -rf $results
  mkdir -p $results
  local project name
  for project in tests/*/*.csproj; do
    name=$(basename "$project" .csproj)
    [[ $name == Benchmarks ]] && continue
    step "$name"
    timeout 10m dotnet test --project "$project" --no-build --configuration $configuration \
      --minimum-expected-tests 1 --output Detailed | grep -v '^passed ' | tee "$results/$name.txt" || failed+=("$name")
  done
}

run_benchmarks() {
  step "Benchmarks"
  dotnet run --project tests/Benchmarks --no-build --configuration $configuration -- --quick || failed+=(Benchmarks)
}

# Sums up what the test runs counted.
summarize() {
  printf '\n'
  cat $results/*.txt | awk '$1 == "succeeded:" { ok += $2 } $1 == "failed:" { bad += $2 } $1 == "skipped:" { left += $2 }
    END { printf "%d passed, %d failed, %d skipped\n", ok, bad, left }'
}

check=false
failed=()
case "${1:-}" in
  "") ;;
  --check) check=true ;;
  --help) usage; exit ;;
  *) usage >&2; exit 2 ;;
esac

dotnet --version >/dev/null 2>&1 || die "needs the .NET SDK that global.json names: https://dotnet.microsoft.com/download"
set_up_node_tools
check_protos
build
if $check; then check_format; check_packages; fi
run_tests
if $check; then run_benchmarks; fi
((${#failed[@]} == 0)) || note "failed: ${failed[*]}"
summarize
exit $((${#failed[@]} > 0))
