#!/bin/sh
# Run once, while Postgres makes its data folder: the role and the databases of Temporal, which sees nothing of Mainspring's.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$(cat /keys/postgres/temporal-password)" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
create role temporal login password :'password';
create database temporal owner temporal;
create database temporal_visibility owner temporal;
SQL
