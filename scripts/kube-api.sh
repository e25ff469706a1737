#!/bin/sh
# A real Kubernetes API server for test/e2e/kubevirt.test.ts: kube-apiserver and etcd, with
# KubeVirt's CRDs and nothing else. No VM starts there: there is no controller and no kubelet.
#
#   scripts/kube-api.sh build DIR    the programs, from Debian's packages and source (about 8 min of
#                                    2 cores, 3 GB of disk); once
#   scripts/kube-api.sh up DIR       starts it, and says where its kubeconfig is
#   scripts/kube-api.sh down DIR     ends it; its data goes too
#
# Debian 12 is the last release with the source of Kubernetes (1.20). It is not built by Debian, as
# it is: the steps below say what it takes.
set -eu

say() { printf 'kube-api: %s\n' "$*" >&2; }
[ $# = 2 ] || { sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2; exit 1; }
repo=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$2"
dir=$(cd "$2" && pwd)
etcd_port=${VEN_ETCD_PORT:-32379}
port=${VEN_KUBE_PORT:-36443}

# --- the programs ------------------------------------------------------------------------------
# apt with lists of its own: the machine's sources stay as they are.
own_apt() {
  mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial"
  cat >"$dir/apt/sources.list" <<LIST
deb http://deb.debian.org/debian bookworm main
deb-src http://deb.debian.org/debian bookworm main
LIST
  cat >"$dir/apt/apt.conf" <<CONF
Dir::Etc::SourceList "$dir/apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$dir/apt/lists";
Dir::Cache "$dir/apt/cache";
Dir::Etc::Trusted "/dev/null";
Dir::Etc::TrustedParts "/usr/share/keyrings";
APT::Sandbox::User "root";
CONF
  export APT_CONFIG="$dir/apt/apt.conf"
}

unpack() {
  own_apt
  apt-get update -qq
  mkdir -p "$dir/deb" "$dir/root"
  cd "$dir/deb"
  apt-get source -qq --download-only kubernetes
  apt-get download -qq golang-1.19-go golang-1.19-src etcd-server etcd-client kubernetes-client \
    golang-github-modern-go-reflect2-dev
  for deb in *.deb; do dpkg -x "$deb" "$dir/root"; done
  rm -rf "$dir/goroot" "$dir/gopath"
  mkdir -p "$dir/goroot" "$dir/gopath/src/k8s.io/kubernetes"
  cp -a "$dir/root/usr/share/go-1.19/." "$dir/goroot/"
  # The two packages link to each other's folders; what was copied above wins.
  for name in "$dir"/root/usr/lib/go-1.19/*; do
    [ -h "$name" ] || cp -a --no-clobber "$name" "$dir/goroot/" 2>/dev/null ||
      cp -a "$name/." "$dir/goroot/$(basename "$name")/" 2>/dev/null || true
  done
  tar xzf kubernetes_*.orig.tar.gz -C "$dir/gopath/src/k8s.io/kubernetes" --strip-components=1
}

compile() {
  export GOROOT="$dir/goroot" GOPATH="$dir/gopath" GOCACHE="$dir/gocache" CGO_ENABLED=0
  export GO111MODULE=off GOPROXY=off # with modules: "updates to go.mod needed"
  export PATH="$GOROOT/bin:$PATH"
  cd "$dir/gopath/src/k8s.io/kubernetes"
  # reflect2 1.0.1 crashes with Go 1.18 and newer, at the first custom object.
  reflect2="$dir/root/usr/share/gocode/src/github.com/modern-go/reflect2"
  rm -f vendor/github.com/modern-go/reflect2/*.go vendor/github.com/modern-go/reflect2/*.s
  cp "$reflect2"/*.go "$reflect2"/*.s vendor/github.com/modern-go/reflect2/
  rm -f vendor/github.com/modern-go/reflect2/*_test.go
  # A generated file is not in the tarball: "undefined: openapi.GetOpenAPIDefinitions".
  go build -o "$dir/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  inputs=$(grep -rl --include='*.go' -E '^// ?\+k8s:openapi-gen=' staging/src pkg cmd |
    grep -v _test.go | xargs -n1 dirname | sort -u |
    sed -e 's#^staging/src/#k8s.io/kubernetes/vendor/#' -e 's#^pkg/#k8s.io/kubernetes/pkg/#' |
    paste -sd,)
  "$dir/openapi-gen" -O zz_generated.openapi -p k8s.io/kubernetes/pkg/generated/openapi \
    --go-header-file hack/boilerplate/boilerplate.generatego.txt \
    -r "$dir/violations" -i "$inputs"
  go build -p 2 -o "$dir/kube-apiserver" ./cmd/kube-apiserver
}

build() {
  if [ -x "$dir/kube-apiserver" ]; then say "there is $dir/kube-apiserver"; return; fi
  say "building in $dir"
  unpack
  compile
  cp "$dir/root/usr/bin/etcd" "$dir/root/usr/bin/kubectl" "$dir/"
  say "built $dir/kube-apiserver"
}

# --- running -----------------------------------------------------------------------------------
running() { [ -f "$dir/run/$1.pid" ] && kill -0 "$(cat "$dir/run/$1.pid")" 2>/dev/null; }

kube() { "$dir/kubectl" --kubeconfig "$dir/run/kubeconfig" "$@"; }

wait_for() {
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { say "no answer: $*"; exit 1; }
    sleep 0.2
  done
}

# Each in a session of its own: it outlives this script.
start() {
  name=$1
  shift
  setsid "$@" >"$dir/run/$name.log" 2>&1 </dev/null &
  echo $! >"$dir/run/$name.pid"
}

up() {
  build
  if running kube-apiserver; then say "it runs: $dir/run/kubeconfig"; return; fi
  down
  mkdir -p "$dir/run"
  etcd=http://127.0.0.1:$etcd_port
  start etcd "$dir/etcd" --data-dir "$dir/run/etcd" \
    --listen-client-urls "$etcd" --advertise-client-urls "$etcd" \
    --listen-peer-urls "http://127.0.0.1:$((etcd_port + 1))" \
    --initial-advertise-peer-urls "http://127.0.0.1:$((etcd_port + 1))" \
    --initial-cluster "default=http://127.0.0.1:$((etcd_port + 1))"
  [ -f "$dir/run/sa.key" ] || openssl genrsa -out "$dir/run/sa.key" 2048 2>/dev/null
  # One who may do everything, and one who may only look.
  printf '%s\n' 'admin-token,admin,admin,system:masters' 'reader-token,reader,reader' \
    >"$dir/run/tokens.csv"
  # What protects volumes in use waits for a controller, and there is none.
  start kube-apiserver "$dir/kube-apiserver" --etcd-servers "$etcd" \
    --bind-address 127.0.0.1 --advertise-address 127.0.0.1 \
    --secure-port "$port" --insecure-port 0 --cert-dir "$dir/run/certs" \
    --token-auth-file "$dir/run/tokens.csv" --authorization-mode RBAC \
    --service-account-key-file "$dir/run/sa.key" \
    --service-account-signing-key-file "$dir/run/sa.key" \
    --service-account-issuer https://kubernetes.default.svc \
    --service-cluster-ip-range 10.0.0.0/24 \
    --disable-admission-plugins ServiceAccount,StorageObjectInUseProtection
  wait_for test -s "$dir/run/certs/apiserver.crt"
  cat >"$dir/run/kubeconfig" <<CONFIG
apiVersion: v1
kind: Config
clusters:
  - name: ven-test
    cluster:
      server: https://127.0.0.1:$port
      certificate-authority: $dir/run/certs/apiserver.crt
users:
  - { name: admin, user: { token: admin-token } }
  - { name: reader, user: { token: reader-token } }
contexts:
  - { name: ven-test, context: { cluster: ven-test, user: admin } }
  - { name: ven-test-reader, context: { cluster: ven-test, user: reader } }
current-context: ven-test
CONFIG
  chmod 600 "$dir/run/kubeconfig"
  wait_for kube get --raw /readyz
  kube apply --validate=false -f "$repo/test/kubevirt/crds.json" >/dev/null
  wait_for kube get virtualmachines.kubevirt.io,virtualmachineinstances.kubevirt.io
  wait_for kube get network-attachment-definitions.k8s.cni.cncf.io
  say "ready: $dir/run/kubeconfig"
}

down() {
  for name in kube-apiserver etcd; do
    ! running "$name" || kill "$(cat "$dir/run/$name.pid")"
  done
  for name in kube-apiserver etcd; do
    while running "$name"; do sleep 0.1; done
  done
  rm -rf "$dir/run"
}

case $1 in
  build | up | down) "$1" ;;
  *) say "no such command: $1"; exit 1 ;;
esac
