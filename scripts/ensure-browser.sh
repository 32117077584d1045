#!/usr/bin/env bash
# The page's tests drive a real Chromium. Install Debian's when we may; without one those tests skip and say so.
set -euo pipefail
if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then exit 0; fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null && exit 0
fi
echo "No Chromium and no right to install one: the browser tests will be skipped." >&2
