#!/usr/bin/env bash
# Installs the server's Debian package on this machine, upgrades it and removes it, and looks at what becomes of the data.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
  cat <<'USAGE'
Usage: tests/tools/debian-package.sh FOLDER|PACKAGE.deb

  FOLDER       what src/Server was published to: a package is made of it
  PACKAGE.deb  one that is there

Needs root on Debian, and that service-ordering is not installed: at the end nothing of it is, the data neither. Where systemd
does not run, the program is started as the unit says. Ports are chosen freely.
USAGE
}

note() { printf 'debian-package.sh: %s\n' "$*" >&2; }
fail() { note "FAILED: $*"; [[ -z ${log:-} || ! -s $log ]] || tail -20 "$log" >&2; exit 1; }
holds() { printf 'ok    %s\n' "$1"; }

[[ $# == 1 ]] || { usage >&2; exit 2; }
((EUID == 0)) && command -v dpkg-deb >/dev/null || { note "needs root and dpkg: skipped"; exit 0; }
! dpkg-query -W service-ordering >/dev/null 2>&1 || fail "service-ordering is installed or has left its configuration here"
readonly data=/var/lib/service-ordering unit=/usr/lib/systemd/system/service-ordering.service default=/etc/default/service-ordering
[[ ! -e $data ]] || fail "$data is there already"

work=$(mktemp -d)
log=$work/server.log
pid=
leave() {
  [[ -z $pid ]] || kill -KILL "$pid" 2>/dev/null || true
  dpkg --purge service-ordering >/dev/null 2>&1 || true
  rm -rf "$work" "$data"
  ! getent passwd service-ordering >/dev/null || userdel service-ordering 2>/dev/null || true
}
trap leave EXIT
trap 'note "stopped at line $LINENO"' ERR

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo $((20000 + RANDOM % 10000)); }

# The same files as a version that is higher.
repack() {
  dpkg-deb --raw-extract "$1" "$work/next"
  sed -i -E 's/^Version: (.*)/Version: \1+next/' "$work/next/DEBIAN/control"
  dpkg-deb --root-owner-group -Znone --build "$work/next" "$work/next.deb" >/dev/null
  rm -rf "$work/next"
}

# All that has its name, apart from what dpkg keeps for itself.
everything() { find /etc /usr /var /opt /run -path /var/lib/dpkg -prune -o -ipath '*service*ordering*' -print 2>/dev/null | sort; }

of_unit() { sed -n "s/^$1=//p" $unit; }

start() {
  if [[ -d /run/systemd/system ]]; then
    systemctl is-active --quiet service-ordering || fail "the unit does not run"
    return
  fi
  # shellcheck disable=SC2046
  (
    cd "$(of_unit WorkingDirectory)"
    umask "$(of_unit UMask)"
    set -a && . $default && set +a
    exec setpriv --reuid="$(of_unit User)" --regid="$(of_unit Group)" --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all \
      env $(of_unit Environment) $(of_unit ExecStart)
  ) >"$log" 2>&1 &
  pid=$!
}

stop() {
  [[ -n $pid ]] || return 0
  kill "$pid"
  wait "$pid" || fail "the server ended with $?"
  pid=
}

orders() { curl -s --fail-with-body "http://127.0.0.1:$rest$1" "${@:2}"; }

# Until it answers, or has ended.
wait_until_up() {
  local i
  for ((i = 0; i < 300; i++)); do
    ! orders /health/startup >/dev/null || return 0
    [[ -z $pid ]] || kill -0 "$pid" 2>/dev/null || fail "the server ended"
    sleep 0.1
  done
  fail "the server does not answer"
}

package=$1
[[ -f $package ]] || package=$(DEB_COMPRESSION=none deploy/debian/build.sh server "$1" 0.0.1 "$(dpkg --print-architecture)" "$work")
repack "$package"
everything >"$work/before"

dpkg --install "$package" >/dev/null 2>"$log" || fail "it does not install"
[[ $(stat -c '%U %a' $data) == "service-ordering 700" ]] || fail "$data is $(stat -c '%U %a' $data)"
holds "it installs, and its data is its own"
! command -v systemd-analyze >/dev/null || {
  # What the machine's own units lack is not ours.
  ! systemd-analyze verify --recursive-errors=no $unit 2>&1 | grep service-ordering || fail "systemd-analyze verify"
  systemd-analyze security --offline=true --threshold=20 $unit >/dev/null || fail "systemd-analyze security finds the unit exposed"
  holds "systemd-analyze has nothing to say against the unit"
}
[[ -L /etc/systemd/system/multi-user.target.wants/service-ordering.service ]] || fail "the unit is not enabled"

rest=$(free_port) grpc=$(free_port)
printf '%s\n' "Kestrel__Endpoints__Rest__Url=http://127.0.0.1:$rest" "Kestrel__Endpoints__Grpc__Url=http://127.0.0.1:$grpc" >>$default
[[ ! -d /run/systemd/system ]] || systemctl restart service-ordering
start
wait_until_up
id=$(orders /tmf-api/serviceOrdering/v4/serviceOrder -H 'Content-Type: application/json' -d @examples/create-fiber-order.json | grep -o '"id":"[^"]*"' | head -1 | cut -d'"' -f4)
[[ -n $id ]] || fail "no order was placed"
[[ -s $data/service-ordering.db ]] || fail "the order is not in $data"
holds "it runs as its unit says, and takes an order"
service-ordering-server admin health >/dev/null || fail "admin health"
holds "its program reads the same settings"

stop
dpkg --install "$work/next.deb" >/dev/null 2>"$log" || fail "it does not upgrade"
grep -q "127.0.0.1:$rest" $default || fail "the upgrade has lost a setting"
start
wait_until_up
orders "/tmf-api/serviceOrdering/v4/serviceOrder/$id" >/dev/null || fail "the order is gone after the upgrade"
holds "an upgrade keeps settings and data"

stop
dpkg --remove service-ordering >/dev/null 2>"$log" || fail "it is not removed"
everything | grep -vx "$data\(/.*\)\?" | comm -13 "$work/before" - >"$work/left" || true
expected=$(printf '%s\n' $default /etc/service-ordering /etc/service-ordering/appsettings.json)
[[ $(<"$work/left") == "$expected" ]] || fail "removed, it has left: $(xargs <"$work/left")"
holds "removed, it leaves its configuration and its data, and nothing else"

dpkg --purge service-ordering 2>"$work/purge" >/dev/null
everything | grep -vx "$data\(/.*\)\?" | comm -13 "$work/before" - >"$work/left" || true
[[ ! -s $work/left ]] || fail "purged, it has left: $(xargs <"$work/left")"
[[ -s $data/service-ordering.db ]] && grep -q "the data is yours" "$work/purge" || fail "the data is gone, or nobody was told that it stays"
holds "purged, it leaves its data, and says so"
