#!/usr/bin/env python3
"""Programs of the real world that enter a live one: live_clients.py WHAT PORTS... Each function is one situation."""
import concurrent.futures
import os
import poplib
import smtplib
import socket
import struct
import sys
import time

TIMEOUT = 60
HOST = os.environ.get("LIVE_HOST", "127.0.0.1")


def text(subject, body):
    return f"From: x@outside.example\r\nSubject: {subject}\r\nMessage-ID: <1.m1@alice-pc>\r\n\r\n{body}"


def deliver(port, to, content, sender="x@outside.example"):
    with smtplib.SMTP(HOST, port, timeout=TIMEOUT) as smtp:
        assert smtp.sendmail(sender, [to], content) == {}


def fetch_all(port, user, host=HOST):
    box = poplib.POP3(host, port, timeout=TIMEOUT)
    box.user(user)
    box.pass_("secret")
    mails = [b"\n".join(box.retr(i + 1)[1]) for i in range(box.stat()[0])]
    for i in range(len(mails)):
        box.dele(i + 1)
    box.quit()
    return mails


def fetch_until(port, user, n, host=HOST):
    mails, ends = [], time.monotonic() + TIMEOUT
    while len(mails) < n:
        assert time.monotonic() < ends, f"only {len(mails)} of {n} mails have come"
        mails += fetch_all(port, user, host)
        time.sleep(0.1)
    assert len(mails) == n, len(mails)
    return mails


def body_of(mail):
    return mail.split(b"\n\n", 1)[1]


def a_mail_is_delivered_and_fetched(smtp, pop):
    body = "".join(f"line {i}: {'x' * (i % 70)}\r\n" for i in range(300)) + ".\r\n..\r\n.dot\r\n"
    deliver(smtp, "alice@a.example", text("Hello", body))
    [mail] = fetch_until(pop, "alice", 1)
    assert body_of(mail) == body.rstrip("\r\n").replace("\r\n", "\n").encode(), "the body has changed"
    assert mail.startswith(b"Return-Path: <x@outside.example>"), mail[:200]


def a_submitted_mail_is_relayed(submission, pop, pop_host=HOST):
    deliver(submission, "bob@b.example", text("Relayed", "through two servers\r\n"), "alice@a.example")
    [mail] = fetch_until(pop, "bob", 1, pop_host)
    assert mail.count(b"Received: ") == 2 and b"mail.a.example" in mail, mail


def recipients_are_checked(smtp):
    for to, code in (("nobody@a.example", b"5.1.1"), ("bob@b.example", b"5.7.1")):
        try:
            deliver(smtp, to, text("No", "no\r\n"))
        except smtplib.SMTPRecipientsRefused as refused:
            assert refused.recipients[to][0] == 550 and code in refused.recipients[to][1], refused.recipients
        else:
            raise AssertionError(f"{to} was taken")


def many_connections_at_once(smtp, pop, n=40):
    n = int(n)
    with concurrent.futures.ThreadPoolExecutor(n) as pool:
        list(pool.map(lambda i: deliver(smtp, "carol@a.example", text(f"mail {i}", f"number {i}\r\n" * 20)), range(n)))
    subjects = {line for mail in fetch_until(pop, "carol", n) for line in mail.split(b"\n") if b"Subject" in line}
    assert len(subjects) == n, subjects


def half_closed_after_the_last_command(smtp):
    with socket.create_connection((HOST, smtp), timeout=TIMEOUT) as s:
        s.sendall(b"EHLO x\r\nNOOP\r\nQUIT\r\n")
        s.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := s.recv(4096):
            answer += chunk
    assert answer.startswith(b"220 ") and b"\n221 " in answer, answer


def nobody_listens(port):
    with socket.create_connection((HOST, port), timeout=TIMEOUT) as s:
        try:
            assert s.recv(1) != b"", "an end instead of a reset"
        except ConnectionResetError:
            return
    raise AssertionError("somebody listens")


def question(number, name, qtype):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    message = struct.pack("!6H", number, 0x100, 1, 0, 0, 0) + labels + struct.pack("!2H", qtype, 1)
    return struct.pack("!H", len(message)) + message


def names_are_told_over_tcp(dns):
    """RFC 7766: several questions on one connection, in whatever pieces they come; what is no question ends it."""
    mx, soa = 15, 6
    questions = question(1, "b.example", mx) + question(2, "a.example", soa) + question(3, "nowhere.example", mx)
    with socket.create_connection((HOST, dns), timeout=TIMEOUT) as s:
        for i in range(0, len(questions), 7):
            s.sendall(questions[i:i + 7])
            time.sleep(0.01)
        stream = s.makefile("rb")
        for number, answers in ((1, 1), (2, 1), (3, 0)):
            answer = stream.read(struct.unpack("!H", stream.read(2))[0])
            assert struct.unpack("!H", answer[:2])[0] == number and struct.unpack("!H", answer[6:8])[0] == answers, answer
        s.sendall(b"\0\3abc")
        assert stream.read() == b"", "it goes on"


def a_closed_udp_port_is_told(port, host):
    """RFC 1122 4.1.3.1: port unreachable, which may be lost now and then."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(1)
        s.connect((host, port))
        for _ in range(20):
            try:
                s.send(b"anybody?")
                s.recv(1)
            except ConnectionRefusedError:
                return
            except TimeoutError:
                pass
    raise AssertionError("nobody told")


def a_program_vanishes(smtp):
    s = socket.create_connection((HOST, smtp), timeout=TIMEOUT)
    assert s.recv(100).startswith(b"220 ")
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def a_slow_reader_loses_nothing(smtp, pop):
    """The window closes at the simulated server while nobody reads, and opens again."""
    body = "".join(f"{i:07d} {'y' * 60}\r\n" for i in range(20000))
    deliver(smtp, "alice@a.example", text("Large", body))
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.settimeout(TIMEOUT)
    s.connect((HOST, pop))
    s.sendall(b"USER alice\r\nPASS secret\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n")
    time.sleep(1.5)
    answer = b""
    while chunk := s.recv(65536):
        answer += chunk
    assert body.encode() in answer and b"signing off" in answer, len(answer)


def a_connection_that_stays_open(smtp):
    with socket.create_connection((HOST, smtp), timeout=TIMEOUT) as s:
        assert s.recv(100).startswith(b"220 ")
        print("open", flush=True)
        try:
            while s.recv(100):
                pass
        except ConnectionResetError:
            return
    raise AssertionError("it ended without a reset")


if __name__ == "__main__":
    globals()[sys.argv[1]](*(int(word) if word.isdigit() else word for word in sys.argv[2:]))
    print("served")
