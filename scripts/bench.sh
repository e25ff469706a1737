#!/bin/sh
# Measures ven beside its floors on this machine and writes docs/benchmarks.md.
set -eu
cd "$(dirname "$0")/.."
scripts/setup-host.sh
exec scripts/with-libvirt.sh node bench/run.ts
