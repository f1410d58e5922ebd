#!/usr/bin/env bash
# Lets the kernel's own TCP/IP and real programs judge a live world, through a TUN device, in a network namespace of its
# own: judge_live.sh POSTROAD LOSS (see live_judge.sh). Every program must be served, in both directions.
. "${BASH_SOURCE[0]%/*}/live_judge.sh"
judge_in_namespace ss ping dig swaks curl msmtp smtp-source smtp-sink
begin_world "$here/live_tun_world.json"

mail=10.9.0.2 mail6=fd00:9::2 names=10.9.0.53
export LIVE_HOST=$mail

# ICMP. Packets that are too long for the links come in fragments, both ways.
echoed='bytes from'
[ "$loss" != '0 %' ] || echoed=' 0% packet loss'
served ping "$echoed" ping -c 10 -i 0.2 -W 2 "$mail"
served 'ping, IPv6' "$echoed" ping -c 10 -i 0.2 -W 2 "$mail6"
served 'ping in fragments' "$echoed" ping -c 10 -i 0.2 -s 3000 -W 2 "$mail"
served 'ping in fragments, IPv6' "$echoed" ping -c 10 -i 0.2 -s 3000 -W 2 "$mail6"
served 'ping, hop by hop' 'Time to live exceeded' bash -c 'ping -c 10 -i 0.2 -t 1 -W 2 "$1"; true' _ "$mail"
served 'a closed port, UDP' '^served$' python3 "$here/live_clients.py" a_closed_udp_port_is_told 9 "$mail"
served 'a closed port, UDP, IPv6' '^served$' python3 "$here/live_clients.py" a_closed_udp_port_is_told 9 "$mail6"

# Names.
text='^10 mx.b.example.$' ask +short b.example MX
text='^10 mx.b.example.$' ask +short +noedns b.example MX
text='^10 mx.b.example.$' ask +short +tcp b.example MX
text='^10.9.0.2$' ask +short mail.a.example A
text='flags: qr aa tc rd;.* ANSWER: [1-9]' ask +bufsize=512 +ignore large.example MX
text='flags: qr aa rd;.* ANSWER: 30,' ask large.example MX
text='status: NXDOMAIN' ask nowhere.a.example A
text='status: BADVERS' ask +edns=1 +noednsnegotiation b.example MX
text='^10 mx.b.example.$' names=fd00:9::53 ask +short b.example MX
text='^10 mx.b.example.$' names=fd00:9::53 ask +short +tcp b.example MX
text='^fd00:9::2$' ask +short mail.a.example AAAA
served 'dig, several questions on a connection' '^10 mail.a.example.$' \
    bash -c 'dig "$@"' dig @"$names" +tcp +keepopen +short b.example MX a.example MX

# Mail into the simulation.
served swaks '250 2.0.0 OK queued' swaks --server "$mail" --from x@here.example --to alice@a.example --timeout 60
served 'swaks, refused' '550 5.1.1' bash -c 'swaks --server "$1" --from x@here.example --to nobody@a.example --timeout 60; true' _ "$mail"
served curl '250 2.0.0 OK queued' curl -sSv --max-time 80 --url "smtp://$mail/client.test" --mail-from a@b.example \
    --mail-rcpt alice@a.example --upload-file "$scratch/mail.eml"
served 'curl, IPv6' '250 2.0.0 OK queued' curl -sSv --max-time 80 --url "smtp://[$mail6]/client.test" --mail-from a@b.example \
    --mail-rcpt alice@a.example --upload-file "$scratch/mail.eml"
served msmtp '^$|.' bash -c 'msmtp --host="$1" --port=25 --from=a@b.example --tls=off --auth=off alice@a.example < "$2"; echo "code $?"' \
    _ "$mail" "$scratch/mail.eml"
grep -q 'code 0' "$scratch/said" || fail "msmtp: $(cat "$scratch/said")"
served smtp-source '(^|[^0-9])20$' bash -c 'smtp-source -c -s 5 -m 20 -l 2000 -f a@b.example -t carol@a.example "$1:25" | tr "\r" "\n"' _ "$mail"
served 'python smtplib and poplib' '^served$' python3 "$here/live_clients.py" a_submitted_mail_is_relayed 587 110 10.9.0.3
served 'python, half-closed' '^served$' python3 "$here/live_clients.py" half_closed_after_the_last_command 25

[ "$loss" != '0 %' ] || [ "$(counter TcpRetransSegs)" = 0 ] || fail "TcpRetransSegs is $(counter TcpRetransSegs) without a loss"

# A link on the way to the other server takes less than both ends: routers say so, and the kernel believes it (RFC 1191, RFC 8201).
{ printf 'Subject: large\r\n\r\n'; seq -f '%060g' 600 | sed 's/$/\r/'; } > "$scratch/large.eml"
for server in 10.9.0.3 fd00:9::3; do
    bracketed=$server
    [ "$server" = 10.9.0.3 ] || bracketed="[$server]"
    served "curl, a narrow link to $server" '250 2.0.0 OK queued' curl -sSv --max-time 85 --url "smtp://$bracketed/client.test" \
        --mail-from a@a.example --mail-rcpt bob@b.example --upload-file "$scratch/large.eml"
    ip route get "$server" | grep -q 'mtu 1300' || fail "the kernel's path mtu: $(ip route get "$server")"
done

# And out of the mailboxes.
served 'curl pop3, the list' '^4 ' curl -sS --max-time 80 "pop3://alice:secret@$mail/"
served 'curl pop3, a mail' '^\.dot' curl -sS --max-time 80 "pop3://alice:secret@$mail/2"
served 'curl pop3, IPv6' '^\.dot' curl -sS --max-time 80 "pop3://alice:secret@[$mail6]/2"
served 'python poplib' '^20 mails$' python3 -c "
import sys; sys.path.insert(0, '$here')
import live_clients; print(len(live_clients.fetch_until(110, 'carol', 20)), 'mails')"

# The simulated server reaches out, to an MX on this machine.
mkdir -m 777 "$scratch/sink"
(cd "$scratch/sink" && exec smtp-sink -u nobody -d "%M." 10.9.0.1:25 10) &
sink=$!
(cd "$scratch/sink" && exec smtp-sink -u nobody -d "%M." "inet:[fd00:9::1]:25" 10) &
sink+=" $!"
for domain in out.example six.example; do
    served 'swaks, submission' '250 2.0.0 OK queued' swaks --server "$mail:587" --from alice@a.example --to "dora@$domain" --timeout 60
done
for domain in out.example six.example; do
    until_seen "$scratch/sink/*" "X-Rcpt-Args: <dora@$domain>" 60 || fail "no mail for $domain has come out of the simulation"
done

# What the kernel has negotiated with us, as it sees it.
exec 3<> "/dev/tcp/$mail/25"
sleep 1
ss -tin dst "$mail" | tr ' ' '\n' > "$scratch/ss"
grep -qx 'mss:14[0-9]*' "$scratch/ss" || fail "the kernel sees another mss: $(tr '\n' ' ' < "$scratch/ss")"
grep -qx 'pmtu:1500' "$scratch/ss" || fail "the kernel sees another path mtu: $(tr '\n' ' ' < "$scratch/ss")"
exec 3>&-

end_world
