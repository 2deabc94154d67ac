#!/usr/bin/env bash
# Makes everything that is given out of a version, with checksums and bills of materials.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

readonly output=artifacts/release
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
# Builds of the same commit differ as little as they can: paths are left out, times are the commit's.
export ContinuousIntegrationBuild=true
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH

usage() {
  cat <<'USAGE'
Usage: ./release.sh [--runtime linux-x64|linux-arm64]

Makes in artifacts/release, of the version that Directory.Build.props says:

  service-ordering-server-VERSION-RUNTIME.tar.gz   the server, with the runtime, compiled ahead
  service-ordering-VERSION-RUNTIME                 the command line client, one file
  service-ordering_VERSION_ARCH.deb                the server for Debian
  service-ordering-cli_VERSION_ARCH.deb            the command line client for Debian
  *.nupkg, *.snupkg                                libraries and the client as a .NET tool, with symbols
  service-ordering-{server,cli}-VERSION.cdx.json   bills of materials (CycloneDX)
  SHA256SUMS

  --runtime  only for this one; without it for both

Needs the .NET SDK that global.json names, jq, and dpkg-deb, without which there are no Debian packages. A runtime takes some minutes.
USAGE
}

step() { printf '\n== %s\n' "$*"; }
note() { printf 'release.sh: %s\n' "$*" >&2; }
die() { note "$*"; exit 1; }
trap 'note "stopped at line $LINENO"' ERR

publish() { dotnet publish "$1" -p:PublishProfile=ready-to-run --runtime "$2" --output "$3" -clp:NoSummary -v q; }

debian_name() { case $1 in linux-x64) echo amd64 ;; linux-arm64) echo arm64 ;; *) die "no Debian name for $1" ;; esac; }

release_runtime() {
  local runtime=$1 work=artifacts/release-work/$1
  rm -rf "$work"
  step "Server for $runtime"
  publish src/Server "$runtime" "$work/server"
  tar --create --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner --mode='u+rw,go+r-w' \
    --transform "s,^\.,service-ordering-server-$version," --directory "$work/server" . | gzip -9n >"$output/service-ordering-server-$version-$runtime.tar.gz"
  step "Client for $runtime"
  publish src/Client/Cli "$runtime" "$work/cli"
  install -m 755 "$work/cli/service-ordering" "$output/service-ordering-$version-$runtime"
  if command -v dpkg-deb >/dev/null; then
    deploy/debian/build.sh server "$work/server" "$version" "$(debian_name "$runtime")" $output
    deploy/debian/build.sh cli "$work/cli" "$version" "$(debian_name "$runtime")" $output
  else
    note "no dpkg-deb: no Debian packages"
  fi
}

release_libraries() {
  step "NuGet packages"
  dotnet build --configuration Release -clp:NoSummary -v q
  dotnet pack --no-build --configuration Release --output $output -clp:NoSummary -v q
}

# What is brought along beside the packages is the runtime.
bills_of_materials() {
  step "Bills of materials"
  dotnet tool restore
  local project name runtime
  runtime=$(dotnet msbuild src/Server -getProperty:BundledNETCoreAppPackageVersion)
  for project in src/Server/Server.csproj src/Client/Cli/Cli.csproj; do
    name=service-ordering-$(basename "${project,,}" .csproj)
    dotnet dotnet-CycloneDX "$project" --base-intermediate-output-path "$PWD/artifacts" --disable-package-restore --no-serial-number \
      --output artifacts/release-work --filename "$name.json" --output-format Json --set-name "$name" --set-version "$version" >/dev/null
    jq --arg version "$runtime" '.components += [("Microsoft.NETCore.App", "Microsoft.AspNetCore.App") as $name |
      {type: "framework", name: $name, version: $version, licenses: [{license: {id: "MIT"}}], "bom-ref": "\($name)@\($version)"}]' \
      artifacts/release-work/$name.json >"$output/$name-$version.cdx.json"
  done
}

runtimes=(linux-x64 linux-arm64)
while (($#)); do
  case $1 in
    --runtime) runtimes=("${2:?--runtime needs a name}"); shift 2 ;;
    --help) usage; exit ;;
    *) usage >&2; exit 2 ;;
  esac
done

version=$(dotnet msbuild src/Server -getProperty:Version)
step "ServiceOrdering $version, ${runtimes[*]}"
grep -q "^## $version" CHANGELOG.md || note "CHANGELOG.md has no section for $version"
[[ -z $(git status --porcelain 2>/dev/null) ]] || note "there are changes that are not committed"
rm -rf $output
mkdir -p $output
for runtime in "${runtimes[@]}"; do release_runtime "$runtime"; done
release_libraries
bills_of_materials
step "Checksums"
(cd $output && sha256sum -- * >SHA256SUMS && cat SHA256SUMS)
