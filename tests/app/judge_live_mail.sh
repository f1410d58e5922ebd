#!/usr/bin/env bash
# Lets real programs judge the mail servers of a live world: TLS, AUTH, extensions, refusals, the tree of names; and lets
# some mean them harm. judge_live_mail.sh POSTROAD LOSS (see live_judge.sh). Names are looked up in the simulation, by the
# machine's own resolver.
. "${BASH_SOURCE[0]%/*}/live_judge.sh"
aiosmtpd() { "$python" -c 'import aiosmtpd' 2> /dev/null; }
for python in python3 /usr/bin/python3; do
    ! aiosmtpd || break
done
net_ssleay() { perl -MNet::SSLeay -e 1 2> /dev/null; }
judge_in_namespace mount getent dig swaks curl msmtp openssl smtp-source $(aiosmtpd || echo python3-aiosmtpd) \
    $(net_ssleay || echo libnet-ssleay-perl)
begin_world "$here/live_tun_mail.json"
printf 'nameserver 10.9.0.53\noptions timeout:1 attempts:8\n' > "$scratch/resolv.conf"
mount --bind "$scratch/resolv.conf" /etc/resolv.conf
export LIVE_CA=$scratch/ca.pem
a=mail.a.example b=mx.b.example
lossless() { [ "$loss" = '0 %' ]; }
client() { served "$*" '^served$' "$python" "$here/live_mail_clients.py" "$@"; }

# Names: a resolver that walks the tree, and the servers it walks to.
served getent '^10\.9\.0\.2 ' getent ahosts "$a"
served 'getent, IPv6' '^fd00:9::2 ' getent ahosts "$a"
names=10.9.0.53
text='flags: qr rd ra;.* ANSWER: 1,' ask b.example MX
text='^10 mx\.b\.example\.$' ask +short +tcp b.example MX
if lossless; then
    text='^10 mx\.b\.example\.$' ask +short +noedns b.example MX
    text='^"v=spf1 mx -all"$' ask +short b.example TXT
    text='^mx\.b\.example\.$' ask +short alias.b.example A
    text='^10\.9\.0\.3$' ask +short alias.b.example A
    text='status: NXDOMAIN' ask nowhere.b.example A
    text='status: NXDOMAIN' ask nowhere A
    text='flags: qr tc rd ra;' ask +bufsize=512 +ignore large.b.example TXT
    text='flags: qr rd ra;.* ANSWER: 6,' ask large.b.example TXT
    text='status: BADVERS' ask +edns=1 +noednsnegotiation b.example MX
    text='Received .*\(ns\.b\.example\)' ask +trace b.example MX
    names=10.9.0.54
    text='flags: qr aa;.* ANSWER: 1,' ask +norecurse b.example MX
    text='flags: qr aa rd;.* ANSWER: 1,' ask b.example MX
    text='status: REFUSED' ask +norecurse a.example MX
    names=10.9.0.55
    text='flags: qr; QUERY: 1, ANSWER: 0, AUTHORITY: 1,' ask +norecurse b.example MX
    text='^ns\.b\.example\..*IN\sA\s10\.9\.0\.54' ask +norecurse b.example MX
fi

# TLS by four libraries' clients: STARTTLS on 25 and 587, implicit on 465 and 995, STLS on 110; each checks the certificate.
sends() { swaks --timeout 60 --from alice@a.example --to alice@a.example "$@"; }
export -f sends
checked=(--tls-verify --tls-ca-path "$LIVE_CA")
served 'swaks, STARTTLS' '250 2.0.0 OK queued' bash -c 'sends "$@"' _ --server "$a" --tls "${checked[@]}"
served 'swaks, 587, AUTH PLAIN' '^<~  235 ' bash -c 'sends "$@"' _ --server "$a:587" --tls "${checked[@]}" --auth PLAIN --auth-user alice --auth-password secret
served 'swaks, 465, AUTH LOGIN' '^<~  235 ' bash -c 'sends "$@"' _ --server "$a:465" --tlsc "${checked[@]}" --auth LOGIN --auth-user alice --auth-password secret
served 'curl smtps' '250 2.0.0 OK queued' curl -sSv --max-time 80 --cacert "$LIVE_CA" --url "smtps://$a/client.test" --user alice:secret \
    --mail-from alice@a.example --mail-rcpt alice@a.example --upload-file "$scratch/mail.eml"
served 'msmtp (GnuTLS)' '^code 0$' bash -c 'msmtp --host="$1" --port=587 --from=alice@a.example --tls=on --tls-trust-file="$2" --auth=plain \
    --user=alice --passwordeval="echo secret" alice@a.example < "$3"; echo "code $?"' _ "$a" "$LIVE_CA" "$scratch/mail.eml"
served 'curl pop3s' '^\.dot' curl -sS --max-time 80 --cacert "$LIVE_CA" "pop3s://alice:secret@$a/4"
if lossless; then
    served 'curl, STARTTLS' '250 2.0.0 OK queued' curl -sSv --ssl-reqd --cacert "$LIVE_CA" --url "smtp://$a/client.test" --mail-from x@x.example \
        --mail-rcpt alice@a.example --upload-file "$scratch/mail.eml"
    served 'curl, STLS and UIDL' '^2 ' curl -sS --ssl-reqd --cacert "$LIVE_CA" "pop3://alice:secret@$a/" -X UIDL
    served 'curl, DELE' '^< \+OK .*deleted' curl -sSvI --ssl-reqd --cacert "$LIVE_CA" "pop3://alice:secret@$a/" -X 'DELE 1'
    served 'curl, one less' '^5 ' curl -sS --ssl-reqd --cacert "$LIVE_CA" "pop3://alice:secret@$a/"
    ! grep -q '^6 ' "$scratch/said" || fail 'a mail that was deleted is still there'
    refused 'swaks, AUTH PLAIN, wrong' '535 5\.7\.8' bash -c 'sends "$@"' _ --server "$a:587" --tls --auth PLAIN --auth-user alice --auth-password wrong
    refused 'swaks, AUTH LOGIN, wrong' '535 5\.7\.8' bash -c 'sends "$@"' _ --server "$a:465" --tlsc --auth LOGIN --auth-user nobody --auth-password secret
    served 'swaks, AUTH in clear' '^<-  235 ' bash -c 'sends "$@"' _ --server "$b:587" --auth LOGIN --auth-user bob --auth-password secret
    refused 'swaks, no AUTH' '530 5\.7\.0' bash -c 'sends "$@"' _ --server "$b:587"
    refused 'curl, self-signed' 'curl: \(60\)' curl -sS --ssl-reqd --cacert "$LIVE_CA" "smtp://$b/client.test"
    served 'openssl, TLS 1.2' 'Protocol *: TLSv1\.2' bash -c 'echo QUIT | openssl s_client -starttls smtp -connect "$1:25" -crlf' _ "$b"
    refused 'openssl, TLS 1.3 and no less' 'alert protocol version' bash -c 'echo | openssl s_client -starttls smtp -tls1_3 -connect "$1:25"' _ "$b"
    client login_over_tls_only
    client a_box_over_tls
fi

# Extensions.
client chunks
served 'swaks, pipelined' '250 2.0.0 OK queued' bash -c 'sends "$@"' _ --server "$a" --tls --pipeline
n=100
lossless || n=10
served smtp-source "(^|[^0-9])$n\$" bash -c 'smtp-source -c -s 20 -m "$2" -l 2000 -f a@b.example -t carol@a.example "$1:25" | tr "\r" "\n"' _ "$a" "$n"
client mails_in_the_box carol "$n"
lossless && client parameters_are_judged

# Greylisting: put off, put off again, and let through after two seconds.
to_bob=(--server "$b" --timeout 60 --from x@here.example --to bob@b.example)
refused 'swaks, greylisted' '450 4\.7\.1' swaks "${to_bob[@]}"
lossless && refused 'swaks, greylisted again' '450 4\.7\.1' swaks "${to_bob[@]}"
sleep 2
served 'swaks, let through' '250 2\.0\.0 OK queued' swaks "${to_bob[@]}"

# The simulated server reaches out to a real one, which takes no mail in clear.
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=sink.out.example -keyout "$scratch/key" -out "$scratch/certificate" 2> /dev/null
"$python" "$here/live_mail_clients.py" serve 10.9.0.1 25 "$scratch/certificate" "$scratch/key" 300 > "$scratch/sink" 2>&1 &
sink=$!
until_seen "$scratch/sink" '^ready' 20 || { fail 'aiosmtpd has not begun:'; cat "$scratch/sink"; }
served 'swaks, to out.example' '250 2\.0\.0 OK queued' swaks --timeout 60 --server "$a:587" --from alice@a.example --to dora@out.example
until_seen "$scratch/sink" "TLS_AES.* alice@a.example \['dora@out.example'\]" 60 || { fail 'no mail has come out by TLS:'; cat "$scratch/sink"; }

# Who means harm.
client smuggled_where_it_is_lenient
if lossless; then
    client nothing_is_smuggled
    client strange_protocols
    client limits_of_a_client
    client storm 'VRFY alice' 20000
    client storm 'NONSENSE' 5000
    client many_connections 1000
fi
memory_kb=$(awk '/VmHWM/ { print $2 }' "/proc/$live/status")
[ "$memory_kb" -lt 1000000 ] || fail "it has taken $memory_kb kB"

end_world
