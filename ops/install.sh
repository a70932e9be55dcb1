#!/bin/sh
# Installs a node, and says what it does. A second run changes nothing that is right already.
set -eu

VERSION_OF_DENO=2.9.6

usage() {
  cat <<'TEXT'
install.sh [options]               install the program of this folder on this machine
install.sh --make-folder FOLDER    make a folder from which it is installed where there is no network

  --prefix DIR      where the program goes (/opt/panal)
  --settings DIR    where its settings are (/etc/panal)
  --data DIR        where it keeps everything (/var/lib/panal)
  --user NAME       who runs it; made if it is not there (panal)
  --role ROLE, --site CODE
                    written into node.json, if there is none yet
  --from FOLDER     take everything from a folder of --make-folder: no network is used
  --no-service      make neither a user nor a service: for another service manager, or without root
  --dry-run         say what would be done, and do nothing
  --help            this

It needs Deno 2.9, or Node.js with npm to get it. It never touches what is in the data folder. Releases stay beside each
other under PREFIX/releases; PREFIX/current is the one that runs. To go back, run the install.sh of the one before.
TEXT
}

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 2; }

prefix=/opt/panal settings=/etc/panal data=/var/lib/panal user=panal
role='' site='' from='' folder='' service=yes dry=no changed=no
while [ $# -gt 0 ]; do
  case $1 in
    --prefix | --settings | --data | --user | --role | --site | --from | --make-folder)
      [ $# -ge 2 ] || fail "$1 takes a value (--help tells more)" ;;
  esac
  case $1 in
    --prefix) prefix=$2; shift ;;
    --settings) settings=$2; shift ;;
    --data) data=$2; shift ;;
    --user) user=$2; shift ;;
    --role) role=$2; shift ;;
    --site) site=$2; shift ;;
    --from) from=$2; shift ;;
    --make-folder) folder=$2; shift ;;
    --no-service) service=no ;;
    --dry-run) dry=yes ;;
    -h | --help) usage; exit 0 ;;
    *) fail "$1 is no option (--help lists them)" ;;
  esac
  shift
done
case $role$site in *[!A-Za-z0-9+]*) fail "--role and --site take letters and digits" ;; esac
case $user in '' | *[!a-z0-9_-]*) fail "--user takes lower case letters, digits, - and _" ;; esac
for path in "$prefix" "$settings" "$data"; do
  case $path in
    *[!A-Za-z0-9/._-]*) fail "$path has other characters than letters, digits, /, ., - and _" ;;
    /*) ;;
    *) fail "$path must begin with /" ;;
  esac
done

# Does something, or says what would be done.
doing() {
  say "  $1"
  shift
  changed=yes
  [ "$dry" = yes ] || "$@"
}

source=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
if [ -n "$from" ]; then
  from=$(CDPATH='' cd -- "$from" && pwd -P) || fail "there is no folder $from"
  [ -f "$from/program/deno.lock" ] || fail "$from was not made by --make-folder"
  source=$from/program
fi

# What belongs to the program: all but what is made, and what belongs to its development.
copy_program() {
  mkdir -p "$2"
  (cd "$1" && tar cf - --exclude=./node_modules --exclude=./data --exclude=./coverage --exclude=./.git \
    --exclude=./tests --exclude=./.ci .) | (cd "$2" && tar xf -)
}

is_deno() { [ -x "$1" ] && "$1" --version 2>/dev/null | head -n 1 | grep -q '^deno 2\.9\.'; }

find_deno() {
  for one in "$prefix/runtime/deno" ${from:+"$from/deno"} "$(command -v deno || true)"; do
    if [ -n "$one" ] && is_deno "$one"; then
      say "$one"
      return
    fi
  done
}

make_folder() {
  deno=$(find_deno)
  [ -n "$deno" ] || fail "Deno 2.9 is not here: install it first"
  [ -d "$source/web/ui/dist" ] || fail "the pages are not made: deno task bundle"
  say "Making $folder:"
  doing "the program, with its pages" copy_program "$source" "$folder/program"
  doing "the runtime" cp "$("$deno" eval -p 'Deno.execPath()')" "$folder/deno"
  doing "the libraries that deno.lock names" fetch_libraries "$folder/program" "$folder/cache"
  [ "$dry" = yes ] || rm -rf "$folder/program/node_modules"
  say "Carry it over, and run there: sh $folder/program/ops/install.sh --from FOLDER"
}

fetch_libraries() { (cd "$1" && DENO_DIR=$2 "$deno" install --frozen --quiet >/dev/null); }

place_libraries() {
  if [ -n "$from" ]; then
    (cd "$1" && DENO_DIR=$from/cache "$deno" install --frozen --cached-only --quiet >/dev/null)
  else
    (cd "$1" && "$deno" install --frozen --quiet >/dev/null)
  fi
}

get_runtime() {
  mkdir -p "$prefix/runtime"
  found=$(find_deno)
  if [ -n "$found" ]; then
    # By its own word, since what is in the path may only be a link or a script to it.
    cp "$("$found" eval -p 'Deno.execPath()')" "$prefix/runtime/deno.new"
  else
    npm install --silent --no-save --prefix "$prefix/runtime/npm" "deno@$VERSION_OF_DENO"
    cp "$(find "$prefix/runtime/npm/node_modules" -type f -name deno | head -n 1)" "$prefix/runtime/deno.new"
    rm -rf "$prefix/runtime/npm"
  fi
  chmod 755 "$prefix/runtime/deno.new"
  mv "$prefix/runtime/deno.new" "$prefix/runtime/deno"
}

make_release() {
  rm -rf "$release.new"
  copy_program "$source" "$release.new"
  place_libraries "$release.new"
  if [ ! -d "$release.new/web/ui/dist" ]; then (cd "$release.new" && "$deno" task --quiet bundle); fi
  chmod -R u=rwX,go=rX "$release.new"
  mv "$release.new" "$release"
}

switch_release() {
  ln -sfn "releases/$name" "$prefix/current.new"
  mv -T "$prefix/current.new" "$prefix/current" 2>/dev/null || { rm -f "$prefix/current" && mv "$prefix/current.new" "$prefix/current"; }
}

write_settings() {
  {
    printf '{'
    [ -z "$role" ] || printf '"role": "%s"' "$role"
    [ -z "$site" ] || printf '%s"site": "%s"' "${role:+, }" "$site"
    printf '}\n'
  } > "$settings/node.json"
  chmod 640 "$settings/node.json"
  [ "$service" = no ] || chgrp "$user" "$settings/node.json"
}

unit=/etc/systemd/system/panal.service
unit_text() {
  sed -e "s#/opt/panal#$prefix#g" -e "s#/etc/panal#$settings#g" -e "s#/var/lib/panal#$data#g" \
    -e "s#^User=.*#User=$user#" -e "s#^Group=.*#Group=$user#" "$source/ops/systemd/panal.service"
}
write_unit() { unit_text > "$unit" && systemctl daemon-reload && systemctl enable panal.service >/dev/null; }

if [ -n "$folder" ]; then
  mkdir -p "$folder"
  folder=$(CDPATH='' cd -- "$folder" && pwd -P)
  make_folder
  exit 0
fi

if [ "$service" = yes ]; then
  [ "$(id -u)" = 0 ] || fail "making a service needs root; --no-service installs the program alone"
  command -v systemctl >/dev/null || fail "systemd is not here; --no-service installs the program alone"
fi
[ -n "$(find_deno)" ] || [ -z "$from" ] && { [ -n "$(find_deno)" ] || command -v npm >/dev/null; } ||
  fail "neither Deno 2.9 nor Node.js with npm is here"

version=$(sed -n 's/^export const VERSION = "\(.*\)";$/\1/p' "$source/nodes/node.ts")
sum=$(cd "$source" && find . -type f ! -path './node_modules/*' ! -path './data/*' ! -path './.git/*' ! -path './tests/*' \
  ! -path './coverage/*' ! -path './.ci/*' ! -path './web/ui/dist/*' | LC_ALL=C sort | xargs cat | cksum | cut -d ' ' -f 1)
name=$version-$sum
release=$prefix/releases/$name

say "Installing Panal $version:"
[ -d "$settings" ] && [ -d "$prefix/releases" ] && [ -d "$data" ] ||
  doing "the folders $prefix, $settings and $data" mkdir -p "$prefix/releases" "$settings" "$data"
is_deno "$prefix/runtime/deno" || doing "the runtime, in $prefix/runtime" get_runtime
deno=$prefix/runtime/deno
[ -d "$release" ] || doing "the program, in $release" make_release
[ "$(readlink "$prefix/current" 2>/dev/null || true)" = "releases/$name" ] ||
  doing "$prefix/current is this release from now on" switch_release
if [ "$service" = yes ]; then
  id "$user" >/dev/null 2>&1 ||
    doing "the user $user" useradd --system --user-group --home-dir "$data" --shell /usr/sbin/nologin "$user"
  [ "$(stat -c %U "$data" 2>/dev/null || true)" = "$user" ] || doing "$data is $user's" chown -R "$user:$user" "$data"
fi
[ -f "$settings/node.json" ] || doing "settings, in $settings/node.json" write_settings
if [ "$service" = yes ]; then
  unit_text | cmp -s - "$unit" || doing "the service panal" write_unit
fi

if [ "$changed" = no ]; then
  say "  nothing: all of it is there already"
elif [ "$dry" = yes ]; then
  say "Nothing was done: --dry-run"
elif [ "$service" = yes ]; then
  say "Start it: systemctl restart panal; its log: journalctl -u panal"
else
  say "Start it: PANAL_DENO=$deno PANAL_DATA=$data PANAL_SETTINGS=$settings $prefix/current/ops/bin/panal run --config $settings/node.json --data $data/node"
fi
