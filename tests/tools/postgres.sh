#!/usr/bin/env bash
# A private PostgreSQL for tests: a cluster of its own in artifacts/postgres, on loopback, that goes when it is stopped.
set -Eeuo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() {
  cat <<'USAGE'
Usage: tests/tools/postgres.sh start|stop|restart [--durable] [--crash] [--name NAME]

  start        makes a new cluster, starts it, and prints its connection string, without a database
  stop         ends it and removes it
  restart      ends its connections, and starts it again at the same port
  --durable    start: syncs what it commits, as a production server does: for benchmarks
  --crash      restart: ends it at once, so that it has to recover
  --name NAME  another cluster beside the usual one, in artifacts/postgres-NAME

Needs PostgreSQL's server programs: apt-get install postgresql
USAGE
}

die() { printf 'postgres.sh: %s\n' "$*" >&2; exit 1; }

# PostgreSQL refuses to run as root.
unprivileged() {
  if ((EUID == 0)); then setpriv --reuid=postgres --regid=postgres --clear-groups env HOME=/ "$@"; else "$@"; fi
}

programs() {
  local found=(/usr/lib/postgresql/*/bin)
  [[ -x ${found[-1]}/initdb ]] && echo "${found[-1]}" || dirname "$(command -v initdb)" 2>/dev/null || die "no initdb: apt-get install postgresql"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo $((20000 + RANDOM % 10000)); }

start() {
  local bin port durability=(-c fsync=off -c full_page_writes=off)
  bin=$(programs)
  $durable && durability=(-c wal_compression=on -c max_wal_size=4GB)
  [[ ! -e $data ]] || die "there is one already: tests/tools/postgres.sh stop"
  mkdir -p "$data"
  # Folders above may be closed to others: the cluster then lives where anybody may be.
  home=$(mktemp -d /tmp/service-ordering-postgres-XXXXXX)
  ((EUID != 0)) || chown postgres:postgres "$home"
  ln -s "$home" "$data/home"
  unprivileged "$bin/initdb" --pgdata="$home/data" --username=test --auth=trust --encoding=UTF8 --locale=C --no-sync >"$data/initdb.log" 2>&1 \
    || { cat "$data/initdb.log" >&2; rm -rf "$data" "$home"; die "initdb failed"; }
  port=$(free_port)
  (cd / && unprivileged "$bin/pg_ctl" start --pgdata="$home/data" --log="$home/log" --wait --timeout=60 --silent \
    --options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories= -c max_connections=400 -c shared_buffers=256MB ${durability[*]}") \
    || { cat "$home/log" >&2; rm -rf "$data" "$home"; die "it does not start"; }
  echo "Host=127.0.0.1;Port=$port;Username=test"
}

stop() {
  [[ -e $data/home ]] || return 0
  local bin home
  bin=$(programs)
  home=$(readlink "$data/home")
  (cd / && unprivileged "$bin/pg_ctl" stop --pgdata="$home/data" --mode=immediate --silent) || true
  rm -rf "$home" "$data"
}

restart() {
  [[ -e $data/home ]] || die "there is none: tests/tools/postgres.sh start"
  local bin home
  bin=$(programs)
  home=$(readlink "$data/home")
  (cd / && unprivileged "$bin/pg_ctl" restart --pgdata="$home/data" --log="$home/log" --mode=$mode --wait --timeout=60 --silent) \
    || { tail -n 20 "$home/log" >&2; die "it does not start again"; }
}

command=${1:-}
durable=false
mode=fast
data=$PWD/artifacts/postgres
shift || true
while (($# > 0)); do
  case "$1" in
    --durable) durable=true ;;
    --crash) mode=immediate ;;
    --name) [[ ${2:-} =~ ^[a-z0-9-]+$ ]] || die "--name needs a name of a-z, 0-9 and -"; data+=-$2; shift ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
readonly command durable mode data
case "$command" in
  start | stop | restart) "$command" ;;
  *) usage >&2; exit 2 ;;
esac
