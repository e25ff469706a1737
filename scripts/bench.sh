#!/bin/sh
# Measures ven beside its floors on this machine and writes docs/benchmarks.md; `bench.sh boot`
# measures how long a node takes to boot, `bench.sh consoles` what watching 200 consoles takes,
# `bench.sh bmc` what 50 BMCs take, `bench.sh hosts` what a fleet over 100 hosts takes; each writes its part of it.
set -eu
cd "$(dirname "$0")/.."
scripts/setup-host.sh
exec scripts/with-libvirt.sh node "bench/${1:-run}.ts"
