#!/bin/sh
# Makes `node` in npm's scripts the Node that came along. npm puts node_modules/.bin first in the
# path, and a link there for each program. npm 9, of Debian 12 and 13, makes none for a program that
# a package for another architecture has, too. Run by npm after each installation in a clone.
set -eu
cd "$(dirname "$0")/.."
for node in node_modules/node-linux-*/bin/node; do
  if [ -x "$node" ] && [ ! -e node_modules/.bin/node ]; then
    mkdir -p node_modules/.bin
    ln -sf "../${node#node_modules/}" node_modules/.bin/node
  fi
done
