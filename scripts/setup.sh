#!/usr/bin/env bash
# Installs the Debian packages that building Martlet needs; with --tests also those that its
# end-to-end tests need. Says what it does, and touches nothing when everything is there.
#
#   scripts/setup.sh            what `make build` and `make run` need
#   scripts/setup.sh --tests    and the servers and the browser that `make test` talks to
#   scripts/setup.sh --benchmarks  and what the peers of `make bench` are built with
set -euo pipefail

build_packages=(
  pkg-config      # finds the libraries below for the Swift package manager
  libsqlite3-dev  # the database
  libssl-dev      # TLS
  libsodium-dev   # sealing of stored passwords
  libidn2-dev     # internationalised domain names
  libpsl-dev      # which part of a domain belongs to one organisation
  libmicrohttpd-dev # the web server
  zlib1g-dev      # its compression
  tzdata          # the time zones of the world, read when the program runs
  python3         # scripts/check.sh and scripts/demo.sh
)
test_packages=(
  python3-venv    # a Python environment of the tests' own, in .venv
  openssl         # test certificates
  postfix         # smtp-sink, smtp-source, and a real relay
  dovecot-core    # a real mail store behind it
  dovecot-imapd
  dovecot-lmtpd
  e2fsprogs       # small disks that are filled and cut off
  nginx           # proxies in front of the server
  haproxy
  chromium        # looks at the pages
  fonts-dejavu-core
  libdb5.3 libgnutls-dane0 libidn12 libnsl2 libpcre2-8-0 # what Exim below is linked with
)
benchmark_packages=(
  gcc                  # builds the peers that are C
  golang-go            # the peer that is Go
  libcurl4-openssl-dev # the peer that is libcurl
  python3-venv         # an environment for aiosmtplib
  openssl              # a certificate for loopback
  iproute2             # network namespaces, for a round trip of 20 ms
  postfix              # smtp-source and smtp-sink
)
# Servers that Debian will not install beside Postfix: their packages are unpacked, not installed.
unpacked_packages=(
  exim4-daemon-light
)
unpacked=$(cd "$(dirname "$0")/.." && pwd)/.build/unpacked

say() { echo "setup: $*"; }
fail() { echo "setup: $*" >&2; exit 1; }

wanted=("${build_packages[@]}")
wants_tests=
for argument in "$@"; do
  case "$argument" in
    --tests) wanted+=("${test_packages[@]}") wants_tests=yes ;;
    --benchmarks) wanted+=("${benchmark_packages[@]}") ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "setup: unknown option $argument (there are --tests and --benchmarks)" >&2; exit 64 ;;
  esac
done

command -v swift >/dev/null ||
  fail "there is no \`swift\` on the PATH; install Swift 6.3 from https://www.swift.org/install/ and try again"
command -v dpkg-query >/dev/null ||
  fail "this is not a Debian system; install by hand what stands for: ${wanted[*]}"

# Prints those of the named packages that are not installed.
missing() {
  local installed
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^ii *//p' || true)
  local package
  for package in "$@"; do
    grep -qxF -- "$package" <<<"$installed" || echo "$package"
  done
}

# What only root may do; asked for when it is needed.
root=()
become_root() {
  [ "$(id -u)" -ne 0 ] || return 0
  command -v sudo >/dev/null ||
    fail "this needs root and there is no sudo; as root: apt-get install ${wanted[*]}"
  root=(sudo)
}
as_root() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive "$@"; }
apt() {
  as_root apt-get -qq -o DPkg::Lock::Timeout=600 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confold "$@"
}
# An image often comes without package lists, and old lists name versions that are gone.
refresh() {
  become_root
  say "refreshing the package lists first"
  apt update
}

# Fetches the packages that are only unpacked, each into a folder of its name; needs no root.
unpack() {
  [ -n "$wants_tests" ] || return 0
  local package folder
  for package in "${unpacked_packages[@]}"; do
    [ ! -d "$unpacked/$package" ] || continue
    say "unpacking $package into .build/unpacked"
    mkdir -p "$unpacked"
    folder=$(mktemp -d "$unpacked/fetching-XXXXXX")
    (cd "$folder" && { apt-get -qq download "$package" || { refresh && apt-get -qq download "$package"; }; }) 2>/dev/null ||
      fail "the package $package cannot be fetched; is there a network?"
    dpkg-deb -x "$folder"/*.deb "$folder/root"
    mv "$folder/root" "$unpacked/$package"
    rm -rf "$folder"
  done
}

mapfile -t absent < <(missing "${wanted[@]}")
if [ ${#absent[@]} -eq 0 ]; then
  unpack
  say "all ${#wanted[@]} Debian packages are there"
  exit 0
fi

become_root
say "installing ${absent[*]}"

# A server that comes as a package would start itself. The tests start their own, with their own
# configuration, so the packaged services stay down: the policy below says no to every start.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  as_root sh -c "printf '#!/bin/sh\nexit 101\n' > $policy && chmod 755 $policy"
  trap 'as_root rm -f "$policy"' EXIT
fi
for package in "${absent[@]}"; do
  if [ "$package" = postfix ] && command -v debconf-set-selections >/dev/null; then
    echo 'postfix postfix/main_mailer_type select No configuration' |
      as_root debconf-set-selections
  fi
done
apt install --no-install-recommends "${absent[@]}" >/dev/null 2>&1 || {
  refresh
  apt install --no-install-recommends "${absent[@]}" >/dev/null
}

# On a machine that runs systemd, a service installed now must not come up at the next start.
if [ -d /run/systemd/system ]; then
  for package in "${absent[@]}"; do
    case "$package" in
      postfix) as_root systemctl disable --quiet postfix.service || true ;;
      dovecot-core) as_root systemctl disable --quiet dovecot.service dovecot.socket || true ;;
      nginx | haproxy) as_root systemctl disable --quiet "$package.service" || true ;;
    esac
  done
fi

mapfile -t absent < <(missing "${wanted[@]}")
[ ${#absent[@]} -eq 0 ] || fail "apt-get ended well, but these are still missing: ${absent[*]}"
unpack
say "done"
