#!/usr/bin/env python3
"""Real clients, hostile ones, and a server, of a live world with TLS: live_mail_clients.py WHAT ARGUMENTS... Each function
is one situation. LIVE_CA names the certificate of the world's CA."""
import concurrent.futures
import os
import poplib
import resource
import smtplib
import socket
import ssl
import sys
import time

from live_clients import TIMEOUT, text

A, STRICT, LENIENT = "mail.a.example", "mail.a.example", "lenient.c.example"


def trusting():
    return ssl.create_default_context(cafile=os.environ["LIVE_CA"])


def submission():
    smtp = smtplib.SMTP(A, 587, timeout=TIMEOUT)
    smtp.starttls(context=trusting())
    smtp.login("alice", "secret")
    return smtp


def box_of(user, host=A):
    box = poplib.POP3(host, 110, timeout=TIMEOUT)
    if host == A:
        box.stls(trusting())
    box.user(user)
    box.pass_("secret")
    return box


def take_mails(user, host=A):
    box = box_of(user, host)
    mails = [b"\n".join(box.retr(i + 1)[1]) for i in range(box.stat()[0])]
    for i in range(len(mails)):
        box.dele(i + 1)
    box.quit()
    return mails


def wait_for_mails(user, n, host=A):
    mails, ends = [], time.monotonic() + TIMEOUT
    while len(mails) < n and time.monotonic() < ends:
        mails += take_mails(user, host)
        time.sleep(0.05)
    assert len(mails) == n, f"{len(mails)} mails, not {n}"
    return mails


class Raw:
    """A client that says just what it is told to, and takes replies apart."""

    def __init__(self, host, port=25):
        self.socket = socket.create_connection((host, port), timeout=TIMEOUT)
        self.stream = self.socket.makefile("rb")

    def reply(self):
        lines = [self.stream.readline()]
        while lines[-1][3:4] == b"-":
            lines.append(self.stream.readline())
        return lines[-1].decode()

    def say(self, line, code):
        self.socket.sendall(line if isinstance(line, bytes) else line.encode() + b"\r\n")
        reply = self.reply()
        assert reply.startswith(str(code)), f"{line!r:.100}: {reply!r}, not {code}"
        return reply

    def __enter__(self):
        assert self.reply().startswith("220 ")
        return self

    def __exit__(self, *why):
        self.stream.close()
        self.socket.close()


# --- what real clients do ---


def login_over_tls_only():
    with smtplib.SMTP(A, 587, timeout=TIMEOUT) as smtp:
        smtp.ehlo()
        assert not smtp.has_extn("auth"), "AUTH in clear"
        smtp.starttls(context=trusting())
        smtp.ehlo()
        assert not smtp.has_extn("starttls") and smtp.has_extn("auth")
        try:
            smtp.login("alice", "wrong")
        except smtplib.SMTPAuthenticationError as refused:
            assert refused.smtp_code == 535 and b"5.7.8" in refused.smtp_error
        else:
            raise AssertionError("a wrong password is good")
        assert smtp.login("alice", "secret")[0] == 235
    with smtplib.SMTP_SSL(A, 465, timeout=TIMEOUT, context=trusting()) as smtp:
        assert smtp.login("alice@a.example", "secret")[0] == 235


def parameters_are_judged():
    """SIZE (RFC 1870), DSN (RFC 3461), SMTPUTF8 (RFC 6531), each where it is good and where it is not."""
    with submission() as smtp:
        try:
            smtp.sendmail("alice@a.example", ["carol@a.example"], text("Large", "x" * 70 + "\r\n") + ("y" * 70 + "\r\n") * 2000)
        except smtplib.SMTPSenderRefused as refused:
            assert refused.smtp_code == 552 and b"5.3.4" in refused.smtp_error, refused
        else:
            raise AssertionError("too large, and taken")
        assert smtp.sendmail("erin@a.example", ["erin@a.example"], text("Told", "told\r\n"), ["RET=HDRS", "ENVID=e+3D1"],
                             ["NOTIFY=SUCCESS,FAILURE", "ORCPT=rfc822;erin@a.example"]) == {}
        assert smtp.sendmail("jürgen@a.example", ["erin@a.example"], text("Grüße", "hü\r\n").encode(),
                             ["SMTPUTF8", "BODY=8BITMIME"]) == {}
        for options in ("SIZE=1 SIZE=1", "BODY=9BIT", "NO=1", "RET=ALL RET=ALL"):
            code = smtp.docmd("MAIL", f"FROM:<alice@a.example> {options}")[0]
            assert code in (501, 555), (options, code)
    with Raw(A) as raw:
        raw.say("EHLO x.example", 250)
        raw.say("MAIL FROM:<jürgen@x.example>", 553)
        raw.say("MAIL FROM:<x@x.example> SIZE=100000", 250)
        raw.say("RSET", 250)
        raw.say("MAIL FROM:<x@x.example> SIZE=100001", 552)
    [report] = [mail for mail in wait_for_mails("erin", 3) if b"report-type=delivery-status" in mail]
    assert b"Original-Envelope-Id: e=1" in report and b"\nAction: delivered" in report, report


def chunks():
    """RFC 3030: counted bytes, no dots; in whatever pieces they come."""
    content = text("Chunks", "one\r\n.\r\n..two\r\n").encode()
    with Raw(A) as raw:
        raw.say("EHLO x.example", 250)
        raw.say("MAIL FROM:<x@x.example>", 250)
        raw.say("RCPT TO:<carol@a.example>", 250)
        raw.say(b"BDAT 20\r\n" + content[:20], 250)
        raw.say("DATA", 503)
        raw.say("RSET", 250)
        group = b"MAIL FROM:<x@x.example>\r\nRCPT TO:<carol@a.example>\r\n"
        for part, last in ((content[:9], b""), (content[9:], b" LAST")):
            group += b"BDAT %d%s\r\n" % (len(part), last) + part
        for i in range(0, len(group), 50):
            raw.socket.sendall(group[i:i + 50])
        assert [raw.reply()[:3] for _ in range(4)] == ["250"] * 4
        raw.say("QUIT", 221)
    [mail] = wait_for_mails("carol", 1)
    assert mail.endswith(b"one\n.\n..two"), mail


def a_box_over_tls():
    """UIDL stays what it is, DELE counts from QUIT on (RFC 1939); TOP; a wrong password."""
    with submission() as smtp:
        for i in range(3):
            smtp.sendmail("alice@a.example", ["dave@a.example"], text(f"mail {i}", ".\r\nbody\r\n"))
    box = box_of("dave")
    ends = time.monotonic() + TIMEOUT
    while box.stat()[0] < 3 and time.monotonic() < ends:
        box.quit()
        box = box_of("dave")
    names = [line.split()[1] for line in box.uidl()[1]]
    assert len(set(names)) == 3, names
    assert box.top(2, 0)[1][-1] == b"" and b"Subject: mail 1" in box.top(2, 0)[1]
    box.dele(2)
    box.rset()
    box.dele(1)
    box.quit()
    box = poplib.POP3_SSL(A, 995, timeout=TIMEOUT, context=trusting())
    box.user("dave")
    try:
        box.pass_("wrong")
        raise AssertionError("a wrong password is good")
    except poplib.error_proto as refused:
        assert b"-ERR" in refused.args[0], refused
    box.user("dave")
    box.pass_("secret")
    assert [line.split()[1] for line in box.uidl()[1]] == names[1:]
    box.dele(1)
    box.dele(2)
    box.quit()


def mails_in_the_box(user, n):
    count, ends = 0, time.monotonic() + TIMEOUT
    while count < int(n) and time.monotonic() < ends:
        box = box_of(user)
        count = box.stat()[0]
        box.quit()
    assert count == int(n), count


# --- what hostile ones do ---

NO_END_OF_DATA = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\r.\r\n", b"\n.\r", b"\r\n\0.\r\n"]


def smuggle(host, rcpt, sequence):
    """A mail in whose content `sequence` stands before the commands of a second one; the reply to it."""
    inner = b"MAIL FROM:<admin@x.example>\r\nRCPT TO:<%s>\r\nDATA\r\nSubject: smuggled\r\n\r\nboo" % rcpt
    with Raw(host) as raw:
        raw.say("EHLO x.example", 250)
        raw.say("MAIL FROM:<x@x.example>", 250)
        raw.say(b"RCPT TO:<%s>\r\n" % rcpt, 250)
        raw.say("DATA", 354)
        raw.socket.sendall(b"Subject: outer\r\n\r\nhello" + sequence + inner + b"\r\n.\r\nQUIT\r\n")
        return raw.stream.read()


def nothing_is_smuggled():
    """RFC 5321 2.3.8: CR LF . CR LF ends content, and nothing else."""
    for sequence in NO_END_OF_DATA:
        said = smuggle(STRICT, b"dave@a.example", sequence)
        replies = [line[:3] for line in said.split(b"\r\n") if line]
        refused = replies[0] in (b"550", b"554", b"500", b"521") and len(replies) <= 2
        assert refused or replies == [b"250", b"221"], (sequence, said)
        mails = wait_for_mails("dave", 0 if refused else 1)
        assert len(mails) + len(take_mails("dave")) <= 1, sequence


def smuggled_where_it_is_lenient():
    """The teaching personality takes a lone LF for a line end, and so two mails for one."""
    said = smuggle(LENIENT, b"frank@c.example", b"\n.\n")
    assert [line[:3] for line in said.split(b"\r\n") if line] == [b"250", b"250", b"250", b"354", b"250", b"221"], said
    subjects = {line for mail in wait_for_mails("frank", 2, LENIENT) for line in mail.split(b"\n") if line[:8] == b"Subject:"}
    assert subjects == {b"Subject: outer", b"Subject: smuggled"}, subjects


def strange_protocols():
    """HTTP and TLS on port 25, clear text on 465, a line that never ends, bytes of chance."""
    hello = bytes.fromhex("16030100c8010000c40303") + bytes(range(192))
    request = b"GET / HTTP/1.1\r\nHost: mail.a.example\r\nAccept: */*\r\n\r\n"
    endless, chance = b"A" * 3_000_000, bytes(i * 7919 % 251 for i in range(200_000))
    for port, words in ((25, request), (25, hello + b"\r\n"), (25, endless + b"\r\n"), (25, chance + b"\r\n"), (465, request),
                        (995, b"CAPA\r\n"), (110, request), (110, endless + b"\r\n")):
        with socket.create_connection((A, port), timeout=TIMEOUT) as s:
            said = b""
            try:
                s.sendall(words)
                s.shutdown(socket.SHUT_WR)
                while chunk := s.recv(65536):
                    said += chunk
            except ConnectionError:
                pass
        assert len(said) < 100_000, (port, words[:20], len(said))
        if port == 25:
            assert b"\r\n5" in said, (words[:20], said)
            assert b"\r\n2" not in said, (words[:20], said)
        elif port != 110:
            assert b"220" not in said and b"+OK" not in said, said


def storm(command, n):
    """As many commands as it takes, and nobody reads: the server's window closes; then each has its reply."""
    n = int(n)
    with Raw(A) as raw:
        raw.say("EHLO x.example", 250)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            sending = pool.submit(raw.socket.sendall, (command.encode() + b"\r\n") * n + b"QUIT\r\n")
            time.sleep(0.5)
            said = raw.stream.read().split(b"\r\n")
            sending.result()
    codes = {line[:3] for line in said[:-2]}
    assert len(said) == n + 2 and said[-2].startswith(b"221") and len(codes) == 1, (len(said), codes)


def limits_of_a_client():
    """client_limits: three at once, five refusals; 421 to who wants more, and good again for who comes after."""
    three = [Raw(LENIENT) for _ in range(3)]
    assert all(raw.reply().startswith("220 ") for raw in three)
    with socket.create_connection((LENIENT, 25), timeout=TIMEOUT) as s:
        assert s.recv(100).startswith(b"421 "), "a fourth is served"
    for i in range(5):
        three[0].say("NONSENSE", 421 if i == 4 else 500)
    assert three[0].stream.read() == b""
    for raw in three:
        raw.__exit__()
    ends = time.monotonic() + TIMEOUT
    while time.monotonic() < ends:
        with socket.create_connection((LENIENT, 25), timeout=TIMEOUT) as s:
            if s.recv(100).startswith(b"220 "):
                return
    raise AssertionError("not served again")


def many_connections(n):
    """All are open at once, some half-closed, and each is served; then one more is as well."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (int(n) + 100, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        raws = list(pool.map(lambda _: Raw(A).__enter__(), range(int(n))))
    for raw in raws[::10]:
        raw.socket.sendall(b"EHLO x.example\r\nQUIT\r\n")
        raw.socket.shutdown(socket.SHUT_WR)
    for raw in raws[::10]:
        assert b"\r\n221 " in raw.stream.read()
    for raw in raws:
        raw.__exit__()
    with Raw(A) as raw:
        raw.say("QUIT", 221)


# --- a server ---


def serve(address, port, certificate, key, most):
    """aiosmtpd, which takes no mail in clear; a line for each that it takes."""
    from aiosmtpd.controller import Controller

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            print(session.ssl and session.ssl.get("cipher", "TLS"), envelope.mail_from, envelope.rcpt_tos, len(envelope.content), flush=True)
            return "250 taken"

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    server = Controller(Handler(), hostname=address, port=int(port), tls_context=context, require_starttls=True)
    server.start()
    print("ready", flush=True)
    time.sleep(int(most))


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
    print("served")
