#!/usr/bin/env bash
# Makes a Debian package of a folder that was published.
set -Eeuo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
  cat <<'USAGE'
Usage: deploy/debian/build.sh server|cli FOLDER VERSION ARCHITECTURE OUTPUT

  server        service-ordering: the server with its unit, of a folder that src/Server was published to
  cli           service-ordering-cli: the command line client, of a folder that src/Client/Cli was published to as one file
  VERSION       as in Directory.Build.props; 1.0.0-rc.1 becomes 1.0.0~rc.1, which Debian sorts before 1.0.0
  ARCHITECTURE  Debian's name: amd64, arm64
  OUTPUT        folder for the package, whose path is printed

Needs dpkg-deb, and no root. With SOURCE_DATE_EPOCH two runs over the same folder give the same bytes; DEB_COMPRESSION (xz) may be
none where it is to be quick.
USAGE
}

[[ $# == 5 && $1 =~ ^(server|cli)$ ]] || { usage >&2; exit 2; }
readonly kind=$1 folder=$2 version=${3/-/\~} architecture=$4 output=$5
name=service-ordering
[[ $kind == server ]] || name=service-ordering-cli
readonly name root=$here/../..

tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"

put() { install -D -m "$1" "$2" "$tree/$3"; }

put_server() {
  local file
  mkdir -p "$tree/usr/lib/service-ordering"
  cp -r "$folder/." "$tree/usr/lib/service-ordering"
  find "$tree/usr/lib/service-ordering" -type f -exec chmod 644 {} +
  for file in ServiceOrdering.Server createdump; do
    [[ ! -e $tree/usr/lib/service-ordering/$file ]] || chmod 755 "$tree/usr/lib/service-ordering/$file"
  done
  put 755 "$here/server/service-ordering-server" usr/bin/service-ordering-server
  put 644 "$here/server/appsettings.json" etc/service-ordering/appsettings.json
  put 640 "$here/server/default" etc/default/service-ordering
  put 644 "$here/../systemd/service-ordering.service" usr/lib/systemd/system/service-ordering.service
  put 644 "$here/../systemd/sysusers.conf" usr/lib/sysusers.d/service-ordering.conf
  put 644 "$here/../systemd/tmpfiles.conf" usr/lib/tmpfiles.d/service-ordering.conf
  put 644 "$root/docs/deployment.md" usr/share/doc/$name/deployment.md
  for file in postinst prerm postrm; do put 755 "$here/server/$file" DEBIAN/$file; done
  put 644 "$here/server/conffiles" DEBIAN/conffiles
}

put_cli() { put 755 "$folder/service-ordering" usr/bin/service-ordering; }

"put_$kind"
put 644 "$here/copyright" usr/share/doc/$name/copyright
gzip -9n < "$root/CHANGELOG.md" > "$tree/usr/share/doc/$name/changelog.gz"
find "$tree" -type d -exec chmod 755 {} +
chmod 644 "$tree/usr/share/doc/$name/changelog.gz"
mkdir -p "$tree/DEBIAN"
(cd "$tree" && find . -type f -not -path './DEBIAN/*' -not -path './etc/*' -printf '%P\0' | sort -z | xargs -0 md5sum > DEBIAN/md5sums)
size=$(du -k --apparent-size -s --exclude=DEBIAN "$tree" | cut -f1)
sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$size/" "$here/$kind/control" > "$tree/DEBIAN/control"
mkdir -p "$output"
package=$output/${name}_${version}_$architecture.deb
dpkg-deb --root-owner-group -Z"${DEB_COMPRESSION:-xz}" --build "$tree" "$package" >/dev/null
echo "$package"
