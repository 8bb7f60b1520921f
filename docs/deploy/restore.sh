#!/bin/sh
# Put a backup made by backup.sh into a place that is still empty, and rebuild both indexes from it.
#
#   docs/deploy/restore.sh FILE
#
# Run in the folder with .env (PYTHON=… names another Python than .venv/bin/python), with bots and workers stopped. SQLite: the data directory must hold no database yet.
# PostgreSQL: the database of DATABASE_URL must exist and be empty (createdb). Chroma: give it an empty folder too.
set -eu
[ $# = 1 ] || { echo "usage: $0 FILE" >&2; exit 2; }
PYTHON=${PYTHON:-.venv/bin/python}
setting() {
    "$PYTHON" -c 'import os, sys; from dotenv import dotenv_values
print(os.environ.get(sys.argv[1]) or dotenv_values(".env").get(sys.argv[1]) or sys.argv[2])' "$1" "$2"
}
umask 077
url=$(setting DATABASE_URL "")
kind=$(head -c 15 "$1")
case $url in
postgresql*)
    case $kind in PGDMP*) ;; *) echo "$1 is no dump of PostgreSQL" >&2; exit 1 ;; esac
    pg_restore --no-owner --exit-on-error --single-transaction --dbname="postgresql://${url#*://}" "$1"
    ;;
"")
    [ "$kind" = "SQLite format 3" ] || { echo "$1 is no SQLite database; a PostgreSQL dump needs DATABASE_URL" >&2; exit 1; }
    folder=$(setting REPORTBOT_DATA_DIR data)
    [ ! -e "$folder/reports.sqlite3" ] || { echo "$folder holds a database already" >&2; exit 1; }
    mkdir -p "$folder"
    cp "$1" "$folder/reports.sqlite3.part"
    mv "$folder/reports.sqlite3.part" "$folder/reports.sqlite3"
    ;;
*) echo "DATABASE_URL is neither empty nor PostgreSQL's" >&2; exit 2 ;;
esac
"$PYTHON" -m bot reindex
"$PYTHON" -m bot doctor
