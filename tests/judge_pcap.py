"""Compares what tshark saw at one host's taps with what the journal says: judge_pcap.py HOST JSONL FRAMES STREAMS.

FRAMES: a line a packet, columns as judge_pcap.sh asks tshark for them. STREAMS: tshark's `follow` of every connection.
"""

import collections
import json
import sys

host, journal, frames, streams = sys.argv[1:]
events = [json.loads(line) for line in open(journal)]
failed = False
VERB_LETTERS = 4  # of STARTTLS tshark reads no more


def check(what, ours, theirs):
    """Both are counts of things; says what either side has more of."""
    global failed
    for side, more in (("only ours", ours - theirs), ("only tshark's", theirs - ours)):
        for thing, n in more.items():
            failed = True
            print(f"FAILED: {host}: {what}: {side}: {thing!r} ({n})")


def split(column):
    return [part for part in column.split(";") if part]


# Which bytes of each stream were handed to the network: what an end wrote but never sent, nobody can have seen.
sent_up_to = collections.Counter()
for e in events:
    if e["kind"] == "packet.send" and e["host"] == host and e["stream"]:
        sent_up_to[e["stream"]] = max(sent_up_to[e["stream"]], e["offset"] + e["length"])


def was_sent(line):
    return line["offset"] + line["length"] <= sent_up_to[line["stream"]]


lines = [e for e in events if e["kind"] in ("smtp.line", "pop3.line") and e["host"] == host and was_sent(e)]

retransmitted, thought_so = collections.Counter(), collections.Counter()
commands = collections.Counter()
mx_seen = set()
for row in open(frames):
    number, direction, _, again, early, comment, verbs, is_response, qname, preferences, exchanges = row.rstrip("\n").split("\t")
    outbound = int(direction, 16) == 2
    if outbound and "retransmission of packet" in comment:
        retransmitted[number] += 1
    if outbound and (again or early):  # at its sender, a retransmission within a round trip seems out of order
        thought_so[number] += 1
    if outbound:
        commands.update(verb.upper()[:VERB_LETTERS] for verb in split(verbs))
    if not outbound and is_response in ("1", "True"):
        mx_seen |= {(qname.lower(), *mx) for mx in zip(split(preferences), split(exchanges))}
check("retransmitted frames", retransmitted, thought_so)

# What a client that abuses the port says is HTTP, TLS or nothing at all; tshark goes by the port and makes what it likes
# of it. Of such a host only the packets are judged.
abuses = any(e["kind"] == "client.abuse" and e["host"] == host for e in events)

# Their streams show one direction indented by a tab, and bytes that are no printable ASCII as dots, one for each.
followed = collections.Counter(row.rstrip("\r\n").lstrip("\t") for row in open(streams, errors="replace", newline="\n"))
said = collections.Counter(
    "".join(chr(b) if 32 <= b < 127 else "." for b in e["text"].rstrip("\r\n").lstrip("\t").encode()) for e in lines
)
if not abuses:
    check("lines of dialogue", said, said & followed)

smtp_sessions = {e["session"] for e in events if e["kind"] == "session.open" and e["protocol"] in ("smtp", "submission")}
asked = [e for e in lines if e["who"] == "C" and e["session"] in smtp_sessions and not abuses]


def verbs_of(events):
    return collections.Counter(e["text"].split()[0].upper()[:VERB_LETTERS] for e in events)


# After a DATA, tshark takes what the client says for the mail, also when the server has refused it.
refused, behind_refused = set(), []
for e in sorted(asked + [e for e in events if e["kind"] == "smtp.content"], key=lambda e: e["id"]):
    if e["session"] in refused and e["kind"] == "smtp.line":
        behind_refused.append(e)
    elif e["kind"] == "smtp.content":
        refused.discard(e["session"])
    elif e["text"].upper() == "DATA":
        refused.add(e["session"])
surely = verbs_of(asked) - verbs_of(behind_refused)
check("SMTP commands", surely, surely & commands)
if not abuses:
    check("SMTP commands", commands & verbs_of(asked), commands)

mx_told = set()
for e in events:
    if e["kind"] == "dns.answer" and e["host"] == host and e["qtype"] == "MX":
        for record in filter(None, e["text"].split(", ")):
            preference, _, exchange = record.partition(" ")
            if preference.isdigit():
                mx_told.add((e["qname"], preference, exchange.rstrip(".") or "<Root>"))
check("MX records", collections.Counter(mx_told), collections.Counter(mx_told & mx_seen))

print(
    f"{host}: {sum(retransmitted.values())} retransmissions, {len(lines)} lines, {len(asked)} SMTP commands,"
    f" {len(mx_told)} MX records"
)
sys.exit(failed)
