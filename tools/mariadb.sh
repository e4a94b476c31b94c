#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A private MariaDB for tests, as an ordinary process of this user, from Debian's mariadb-server-core alone.
# It listens on 127.0.0.1 only, has the user doordarshan with the password doordarshan, and the database doordarshan.
#
#   mariadb.sh start DIR PORT   prepares DIR when it is new, starts, waits until it answers, prints its URL
#   mariadb.sh stop DIR         ends it (killing it after 10 s) and removes its data
#   mariadb.sh prepare DIR      only makes DIR/data with the system tables
set -euo pipefail

usage() {
  sed -n 's/^#   //p' "$0" >&2
  exit 64
}

[[ $# -ge 2 ]] || usage
command=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
server=$(command -v mariadbd || echo /usr/sbin/mariadbd)
as_user=()
[[ $(id -u) -ne 0 ]] || as_user=(--user=root)

# What mariadb-install-db does, without the help texts; that script also needs programs of the client package.
prepare() {
  [[ ! -e $dir/data/prepared ]] || return 0
  rm -rf "$dir/data"
  mkdir -p "$dir/data/mysql"
  local share=/usr/share/mysql
  {
    printf 'USE mysql;\nSET @auth_root_socket = NULL;\nSET @skip_auth_anonymous = 1;\n'
    cat "$share"/mysql_system_tables.sql "$share"/mysql_performance_tables.sql "$share"/mysql_system_tables_data.sql
  } | "$server" --no-defaults --bootstrap --datadir="$dir/data" --innodb-log-file-size=16M --log-warnings=0 \
    --enforce-storage-engine= --max-allowed-packet=8M --skip-log-bin ${as_user[@]+"${as_user[@]}"} >"$dir/prepare.log" 2>&1 || {
    cat "$dir/prepare.log" >&2
    exit 1
  }
  touch "$dir/data/prepared"
}

running() {
  [[ -s $dir/pid ]] && kill -0 "$(cat "$dir/pid")" 2>/dev/null
}

start() {
  local port=$1
  if running; then
    echo "mariadb.sh: already running in $dir" >&2
    exit 1
  fi
  prepare
  # Executed before the server listens, so a connection that is accepted finds user and database.
  cat >"$dir/init.sql" <<'SQL'
CREATE USER IF NOT EXISTS doordarshan@'%' IDENTIFIED BY 'doordarshan';
GRANT ALL ON *.* TO doordarshan@'%';
CREATE DATABASE IF NOT EXISTS doordarshan;
SQL
  "$server" --no-defaults --datadir="$dir/data" --socket="$dir/socket" --pid-file="$dir/pid" --bind-address=127.0.0.1 \
    --port="$port" --skip-name-resolve --skip-log-bin --performance-schema=OFF --innodb-buffer-pool-size=64M \
    --innodb-log-file-size=16M --init-file="$dir/init.sql" ${as_user[@]+"${as_user[@]}"} >>"$dir/server.log" 2>&1 </dev/null &
  local process=$!
  for _ in $(seq 300); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$port" && read -r -n 1 -t 1 _ <&3) 2>/dev/null; then
      echo "mysql://doordarshan:doordarshan@127.0.0.1:$port/doordarshan"
      return 0
    fi
    kill -0 "$process" 2>/dev/null || break
    sleep 0.1
  done
  tail -20 "$dir/server.log" >&2
  kill -9 "$process" 2>/dev/null || true
  exit 1
}

stop() {
  if running; then
    local process
    process=$(cat "$dir/pid")
    kill -CONT "$process"
    kill "$process"
    for _ in $(seq 100); do
      kill -0 "$process" 2>/dev/null || break
      sleep 0.1
    done
    kill -9 "$process" 2>/dev/null || true
  fi
  rm -rf "$dir"/{data,socket,pid,init.sql,prepare.log,server.log}
  rmdir "$dir" 2>/dev/null || true
}

case $command in
  prepare) prepare ;;
  start) [[ $# -eq 3 ]] || usage && start "$3" ;;
  stop) stop ;;
  *) usage ;;
esac
