#!/bin/sh
# Back up what cannot be rebuilt: the database, while everything goes on running.
#
#   docs/deploy/backup.sh FILE
#
# Run in the folder with .env (PYTHON=… names another Python than .venv/bin/python). SQLite (the small layout) is copied with its own online backup, PostgreSQL (the large
# one) dumped with pg_dump. Both indexes are copies of what the database holds: restore.sh has them rebuilt. Redis
# holds nothing that must be kept.
set -eu
[ $# = 1 ] || { echo "usage: $0 FILE" >&2; exit 2; }
PYTHON=${PYTHON:-.venv/bin/python}
setting() {
    "$PYTHON" -c 'import os, sys; from dotenv import dotenv_values
print(os.environ.get(sys.argv[1]) or dotenv_values(".env").get(sys.argv[1]) or sys.argv[2])' "$1" "$2"
}
umask 077
url=$(setting DATABASE_URL "")
trap 'rm -f "$1.part"' EXIT
case $url in
postgresql*) pg_dump --format=custom --no-owner --file="$1.part" "postgresql://${url#*://}" ;;
"")
    source=$(setting REPORTBOT_DATA_DIR data)/reports.sqlite3
    [ -f "$source" ] || { echo "no $source here; for PostgreSQL set DATABASE_URL" >&2; exit 1; }
    "$PYTHON" -c 'import sqlite3, sys
source = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
copy = sqlite3.connect(sys.argv[2])
source.backup(copy)
wrong = copy.execute("PRAGMA integrity_check").fetchone()[0]
copy.execute("PRAGMA journal_mode=DELETE")
copy.close()
sys.exit(0 if wrong == "ok" else f"the copy is damaged: {wrong}")' \
        "$source" "$1.part"
    ;;
*) echo "DATABASE_URL is neither empty nor PostgreSQL's" >&2; exit 2 ;;
esac
mv "$1.part" "$1"
case $url in "") from=$source ;; *) from="PostgreSQL (DATABASE_URL)" ;; esac
echo "backed up $from to $1"
