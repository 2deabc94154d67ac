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
Usage: ./build.sh [--check] [--sqlite-only]

Lints the protos, builds with warnings as errors, runs every test, those of the server on SQLite and on PostgreSQL. The last
line counts the tests.

  --check        all that CI does: also the formatting, the packages, and a short run of the benchmarks
  --sqlite-only  without the second run of the server's tests, on PostgreSQL
  --help         this text

Needs the .NET SDK that global.json names. Node.js and npm are needed by the proto checks and by the tests that call the
server from another language; PostgreSQL and PgBouncer by the second run, which starts a server of its own on loopback. They
are installed from Debian when root or password-less sudo allows it; else what needs them is skipped.
EOF
}

step() { current=$*; printf '\n== %s (after %d s)\n' "$*" "$SECONDS"; }
note() { printf 'build.sh: %s\n' "$*" >&2; }
die() { note "$*"; exit 1; }
trap 'note "stopped at: ${current:-start}"' ERR

have_postgres() { compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null; }

have_node() { command -v node >/dev/null && command -v npm >/dev/null; }

as_root() { if ((EUID == 0)); then "$@"; else sudo -n "$@"; fi; }

install_packages() {
  command -v apt-get >/dev/null || return 1
  as_root apt-get update -qq && as_root apt-get install -qq -y --no-install-recommends "$@"
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

set_up_postgres() {
  $sqlite_only && return
  step "PostgreSQL"
  if ! have_postgres || ! command -v pgbouncer >/dev/null; then
    # Only the programs are wanted: Debian would make and start servers of its own with them.
    install_packages postgresql-common \
      && as_root sed -i 's/^#\? *create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
      && install_packages postgresql pgbouncer \
      && as_root systemctl disable --now pgbouncer >/dev/null 2>&1 || true
  fi
  if ! have_postgres; then
    $check && die "--check needs PostgreSQL: apt-get install postgresql pgbouncer"
    note "no PostgreSQL: the tests run on SQLite alone. To have it: apt-get install postgresql pgbouncer"
    return
  fi
  trap tests/tools/postgres.sh\ stop EXIT
  tests/tools/postgres.sh stop
  postgres=$(tests/tools/postgres.sh start)
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

# Only its program that checks metrics and rules is wanted; Debian would start a server with it.
set_up_promtool() {
  command -v promtool >/dev/null && return
  step "Prometheus' promtool"
  if install_packages prometheus; then
    as_root systemctl disable --now prometheus >/dev/null 2>&1 || true
  else
    note "no promtool: what it checks is skipped. To have it: apt-get install prometheus"
  fi
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
  local folder=artifacts/packages expected="ServiceOrdering.Cli ServiceOrdering.Client ServiceOrdering.Protos ServiceOrdering.Tmf.Rest.Protos"
  rm -rf $folder
  dotnet pack --no-build --configuration $configuration --output $folder
  local made
  made=$(cd $folder && printf '%s\n' *.nupkg | sed -E 's/\.[0-9]+\.[0-9]+\.[0-9]+.*//' | sort | xargs)
  [[ $made == "$expected" ]] || die "packages: $made; expected: $expected"
  dotnet tool install ServiceOrdering.Cli --tool-path $folder/tools --add-source $folder --prerelease --no-cache
  [[ $($folder/tools/service-ordering '[suggest:21]' 'service-ordering orde') == orders ]] || die "the installed tool does not run"
  dotnet pack src/Client/Sdk --no-restore --configuration $configuration --output $folder/alone
}

# A Debian package is made, installed, upgraded and removed, where that can be. Not compiled ahead: that takes its time, and changes nothing here.
check_debian_package() {
  step "Debian package"
  local folder=artifacts/debian-check
  rm -rf $folder
  dotnet publish src/Server -p:PublishProfile=self-contained -p:RunAnalyzers=false --output $folder -clp:NoSummary -v q
  timeout 5m tests/tools/debian-package.sh $folder || failed+=("Debian package")
}

# A project without tests fails, and so does one that hangs.
run_tests() {
  rm -rf $results
  mkdir -p $results
  local project name
  for project in tests/*/*.csproj; do
    name=$(basename "$project" .csproj)
    case $name in
      Benchmarks) ;;
      # Asks both databases in one run; the server has one of them at a time.
      Query.Tests) SERVICE_ORDERING_POSTGRES=$postgres run_test "$project" "$name" ;;
      *) run_test "$project" "$name" ;;
    esac
  done
  if [[ -n $postgres ]]; then
    # What never gets as far as the database is the same on both. Tests wait for the database more than they use the processor.
    SERVICE_ORDERING_POSTGRES=$postgres run_test tests/Server.Tests/Server.Tests.csproj "Server.Tests on PostgreSQL" --max-threads 2.0x \
      --filter-not-namespace ServiceOrdering.Server.Tests.OpenApi --filter-not-namespace ServiceOrdering.Server.Tests.WebConsole \
      --filter-not-class '*.CompressionTests' '*.GrpcWebTests' '*.BearerTests' '*.CertificateTests' '*.MatrixTests' '*.OpenIdProviderTests' '*.TlsTests'
  fi
}

run_test() {
  local project=$1 name=$2
  shift 2
  step "$name"
  timeout 20m dotnet test --project "$project" --no-build --configuration $configuration \
    --minimum-expected-tests 1 --output Detailed "$@" | grep -v '^passed ' | tee "$results/$name.txt" || failed+=("$name")
}

run_benchmarks() {
  step "Benchmarks"
  dotnet run --project tests/Benchmarks --no-build --configuration $configuration -- --quick || failed+=(Benchmarks)
}

# Names the tests that failed, which is far up by now, and sums up what the runs counted.
summarize() {
  printf '\n'
  grep -h '^failed ' "$results"/*.txt || true
  cat "$results"/*.txt | awk '$1 == "succeeded:" { ok += $2 } $1 == "failed:" { bad += $2 } $1 == "skipped:" { left += $2 }
    END { printf "%d passed, %d failed, %d skipped\n", ok, bad, left }'
}

check=false sqlite_only=false postgres=
failed=()
for option in "$@"; do
  case $option in
    --check) check=true ;;
    --sqlite-only) sqlite_only=true ;;
    --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
done

dotnet --version >/dev/null 2>&1 || die "needs the .NET SDK that global.json names: https://dotnet.microsoft.com/download"
set_up_node_tools
set_up_postgres
set_up_promtool
check_protos
build
if $check; then check_format; check_packages; check_debian_package; fi
run_tests
if $check; then run_benchmarks; fi
((${#failed[@]} == 0)) || note "failed: ${failed[*]}"
summarize
exit $((${#failed[@]} > 0))
