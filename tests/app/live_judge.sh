# What the judges of live worlds share; each sources it: judge_live*.sh POSTROAD LOSS, where LOSS such as "10 %" is that of
# the way in and out, each way. Exit code 0: all is as it should be; 1: it is not; 77: something is missing, and nothing was
# judged.
set -uo pipefail
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1
here=$(cd "$(dirname "$0")" && pwd)
postroad=${1:?the postroad command}
loss=${2:?how much is lost, such as "0 %"}
is_inside=${3:-}
postfix=${POSTROAD_POSTFIX:-$here/../../build/tools/postfix}
export PATH=$PATH:/usr/sbin:$postfix/usr/sbin LD_LIBRARY_PATH=$postfix/usr/lib/postfix

# judge_in_namespace PROGRAM...: goes on in a network namespace of its own, where these programs are there
judge_in_namespace() {
    [ -z "$is_inside" ] || return 0
    local missing='' program
    for program in unshare ip nstat python3 "$@"; do
        command -v "$program" > /dev/null || missing+=" $program"
    done
    [ "$(id -u)" -eq 0 ] || missing+=' root'
    [ -c /dev/net/tun ] || missing+=' /dev/net/tun'
    unshare -n -m true 2> /dev/null || missing+=' the right to make a network namespace'
    # Where judges have been promised nothing is skipped.
    [ -z "$missing" ] || [ -z "${POSTROAD_HAS_JUDGES:-}" ] || { echo "FAILED: missing:$missing"; exit 1; }
    [ -z "$missing" ] || { echo "skipped; missing:$missing"; exit 77; }
    exec timeout 400 unshare -n -m "$0" "$postroad" "$loss" inside
}

live=
sink=
verdict=0
fail() {
    verdict=1
    echo "FAILED: $*"
}

# served WHAT TEXT COMMAND...: it succeeds, and prints a line that matches
served() {
    local what=$1 text=$2
    shift 2
    if ! timeout 90 "$@" > "$scratch/said" 2>&1 < /dev/null || ! grep -qE -- "$text" "$scratch/said"; then
        fail "$what:"
        tail -n 12 "$scratch/said"
    fi
}

# refused WHAT TEXT COMMAND...: it prints a line that matches, and may fail
refused() {
    local what=$1 text=$2
    shift 2
    served "$what" "$text" bash -c '"$@"; true' _ "$@"
}

counter() { nstat -az "$1" | awk -v name="$1" '$1 == name { print $2 }'; }

# until_seen FILE TEXT SECONDS
until_seen() {
    local ends=$((SECONDS + $3))
    until grep -qsE -- "$2" $1; do
        [ "$SECONDS" -lt "$ends" ] || return 1
        sleep 0.1
    done
}

dig() { command dig +tries=8 +timeout=1 "$@"; }
export -f dig
# text=WHAT IT SAYS names=SERVER ask WHAT ITS ANSWER IS TO HOLD
ask() { served "dig @$names $*" "${text:?}" bash -c 'dig "$@"' dig @"$names" "$@"; }

# begin_world FILE ARGS...: lives until end_world; $scratch/ca.pem is the certificate of its CA
begin_world() {
    scratch=$(mktemp -d)
    chmod 755 "$scratch"
    trap '[ -z "$live$sink" ] || kill -KILL $live $sink 2> /dev/null; rm -rf "$scratch"' EXIT
    ip link set lo up
    local setting
    for setting in tcp_congestion_control=reno tcp_no_metrics_save=1; do
        echo "${setting#*=}" > "/proc/sys/net/ipv4/${setting%=*}"
    done
    "$postroad" live "$@" --tun sim0 --ca "$scratch/ca.pem" --set "/links/outside/loss=$loss" --transcript=none --check-laws \
        -o "$scratch/journal" --report "$scratch/report" > "$scratch/out" 2> "$scratch/err" &
    live=$!
    until_seen "$scratch/err" 'ctrl-C ends it' 10 || { cat "$scratch/err"; exit 1; }
    printf 'Subject: by hand\r\n\r\nhello\r\n.dot\r\n' > "$scratch/mail.eml"
}

# The world has ended in order, no law is broken; the kernel has found no wrong checksum and no wrong header; and the
# journal makes the same run again.
end_world() {
    [ -z "$sink" ] || { kill $sink; wait $sink 2> /dev/null; }
    sink=
    kill -INT "$live"
    local code=0 name
    wait "$live" || code=$?
    live=
    [ "$code" -eq 0 ] || fail "the live world has ended with $code"
    grep -E 'law broken|Sanitizer|runtime error' "$scratch/err" && verdict=1
    cat "$scratch/err"
    # A SYN-ACK that is sent again because its acknowledgement was lost counts as an error there (RFC 5961 4.2), and as nothing else.
    for name in TcpInCsumErrors IpInHdrErrors UdpInCsumErrors IcmpInCsumErrors Ip6InHdrErrors Udp6InCsumErrors Icmp6InCsumErrors; do
        [ "$(counter $name)" = 0 ] || fail "$name is $(counter $name)"
    done
    [ "$(counter TcpInErrs)" = "$(counter TcpExtTCPSYNChallenge)" ] || fail "TcpInErrs is $(counter TcpInErrs)"
    "$postroad" run --replay "$scratch/journal" --transcript=none --check-laws --report "$scratch/again" > "$scratch/said" 2>&1 ||
        { fail 'run --replay:'; tail -n 5 "$scratch/said"; }
    cmp "$scratch/report" "$scratch/again" || fail 'the same run again is another one'
    exit "$verdict"
}
