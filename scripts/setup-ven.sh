#!/bin/sh
# npm packages and the build, where they are missing or old. Needs nothing of the host but Node.
set -eu
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*" >&2; }

# Missing where an `npm ci` by hand ran on an old Node: vitest needs it.
native=$(find node_modules/@rolldown -maxdepth 1 -name 'binding-linux-*' 2>/dev/null || true)
if [ -z "$native" ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  say 'npm ci'
  NODE_OPTIONS="${NODE_OPTIONS:-} --import \"file://$PWD/scripts/npm-as-our-node.js\"" \
    npm ci --include=dev --silent --no-fund --no-audit
fi
newest=$(find src schemas templates scripts package.json -newer dist/main.js -print 2>/dev/null | head -n 1 || true)
if [ ! -f dist/main.js ] || [ -n "$newest" ]; then
  say 'building'
  npm run --silent build
fi
