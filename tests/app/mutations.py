"""Changes scenarios and journals at random and watches what postroad does with them: see test_mutations.sh.

mutations.py SCRATCH FIRST_SEED SECONDS; ends with 1 when something crashed, hung, was silent or broke a law.
A failure prints its seed; `test_mutations.sh SEED 1` repeats it.
"""
import copy
import glob
import json
import os
import random
import re
import subprocess
import sys
import time

POSTROAD = os.environ["POSTROAD"]
MUTATE_JOURNAL = os.environ["MUTATE_JOURNAL"]
SCENARIOS = os.path.join(os.environ["POSTROAD_SOURCE_DIR"], "scenarios")
LIMIT_S = 60
MOST_TRIES = 120  # of each sort, so that a fast machine tries the same as a slow one

STRANGE = [
    None, True, 0, -1, 1, 0.5, 2**53, 2**53 + 1, 2**64, 1e308, "", " ", "x", "0", "-5", "\u001b[2J", "\u202e", "日本",
    "%s%n", "../../x", "/", "~1", "x" * 5000, "a." * 140, [], {}, [[]], [None], {"": ""}, ["a", "a"],
    "0 s", "-1 s", "1 ns", "0.1 ns", "31 d", "1000000 d", "9223372036854775807 ns", "9223372036854775808 ns", "1s",
    "0 %", "100 %", "101 %", "0.0000001 %", "1 bit/s", "0 bit/s", "1000000 Tbit/s", "0 B", "1 B", "1000 TB", "30 kB",
    {"router": {}}, {"client": {}}, {"mail_server": {}}, "alice@a.example", "bob@b.example", "alice@", "a@b@c",
    "bob@b.example\r\nRCPT TO:<x@y>", "nobody@b.example", "nobody@nowhere.example", "postmaster@b.example",
    "mail.a.example", "mx1.b.example", "alice-pc", "internet", "a-mail", "m1", "b.example", "first tcp.syn", "0th x",
    "99999999999th tcp.syn", "delivered", "bounced", "9999-12-31T23:59:60Z", "2025-02-29T00:00:00Z",
    "451 4.7.1 no", "999 x", "550", "RCPT", "DATA", "body", "stop-and-wait", "tree", "tahoe",
]
NUMBERS = ["0", "1", "2", "7", "1000", "1000000", "999999999999", "0.001", "-3", "18446744073709551616", "9" * 400, "00"]
BYTES = [b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u", b"\\ud800", b"\xff", b"\0", b"1e999", b"\xef\xbb\xbf"]


def places(node, path=()):
    if path:
        yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(items):
        yield from places(value, path + (key,))


def value_at(node, path):
    for key in path:
        node = node[key]
    return node


def known_keys(schema):
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from known_keys(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from known_keys(value)


def misspelt(luck, word):
    i = luck.randrange(len(word) + 1)
    return luck.choice([word[:i] + word[i + 1:], word[:i] + "x" + word[i:], word[:i] + word[i:].swapcase(), word[::-1]])


def change_text(luck, text):
    numbers = list(re.finditer(r"\d+(\.\d+)?", text))
    if numbers and luck.random() < 0.6:
        number = luck.choice(numbers)
        return text[:number.start()] + luck.choice(NUMBERS) + text[number.end():]
    i = luck.randrange(len(text) + 1)
    return text[:i] + luck.choice("0 9.-%@\n\r\t\0/é") + text[i + 1:]


def change_world(luck, world, keys):
    """One change that keeps JSON whole."""
    paths = list(places(world))
    told = [p for p in paths if p[0] not in ("story", "description", "title")]
    path = luck.choice(told if told and luck.random() < 0.8 else paths or [()])
    if not path:
        return
    parent, key = value_at(world, path[:-1]), path[-1]
    value, how = parent[key], luck.randrange(7)
    if how == 0:
        del parent[key]
    elif how == 1 and isinstance(parent, dict):
        parent[misspelt(luck, key)] = parent.pop(key)
    elif how == 2:
        parent[key] = copy.deepcopy(value_at(world, luck.choice(paths)))
    elif how == 3 and isinstance(value, dict):
        value[luck.choice(keys)] = copy.deepcopy(luck.choice(STRANGE))
    elif how == 4 and isinstance(value, list):
        value.append(copy.deepcopy(luck.choice(value + STRANGE)))
    elif how < 6 and isinstance(value, str):
        parent[key] = change_text(luck, value)
    else:
        parent[key] = copy.deepcopy(luck.choice(STRANGE))


def change_bytes(luck, text):
    text = bytearray(text)
    for _ in range(luck.randrange(1, 4)):
        i, how = luck.randrange(len(text)), luck.randrange(4)
        if how == 0:
            text[i] ^= 1 << luck.randrange(8)
        elif how == 1:
            del text[i:i + luck.randrange(1, 30)]
        elif how == 2:
            text[i:i] = luck.choice(BYTES)
        else:
            text = text[:i]
        text = text or bytearray(b" ")
    return bytes(text)


class Hunt:
    def __init__(self, scratch):
        self.scratch, self.failures = scratch, 0
        files = [f for f in sorted(glob.glob(SCENARIOS + "/*.json")) if not f.endswith("schema.json")]
        self.texts = [open(f, "rb").read() for f in files]
        self.worlds = [json.loads(t) for t in self.texts]
        with open(SCENARIOS + "/scenario.schema.json", "rb") as schema:
            self.keys = sorted(set(known_keys(json.load(schema))))
        self.journals = sorted(glob.glob(scratch + "/*.journal"))

    def fail(self, seed, what, said):
        self.failures += 1
        print(f"FAILED seed {seed}: {what}\n{said[:3000]}")

    def call(self, seed, *words):
        """The exit code, and what was said, after the checks that hold for every call."""
        environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
        try:
            ended = subprocess.run([POSTROAD, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT_S,
                                   env=environment)
        except subprocess.TimeoutExpired:
            self.fail(seed, f"{' '.join(words)}: no end after {LIMIT_S} s", "")
            return -1, ""
        said = ended.stderr.decode("utf-8", "replace")
        if ended.returncode not in (0, 1, 2) or re.search("Sanitizer|runtime error|law broken|Assertion", said):
            self.fail(seed, f"{' '.join(words)}: exit code {ended.returncode}", said)
        elif ended.returncode == 2 and not said:
            self.fail(seed, f"{' '.join(words)}: refused without a word", said)
        left = glob.glob(self.scratch + "/*.part*")
        if left:
            self.fail(seed, f"{' '.join(words)}: left behind", " ".join(left))
        return ended.returncode, said

    def scenario(self, seed):
        luck, path = random.Random(seed), f"{self.scratch}/mutated.json"
        if luck.random() < 0.15:
            text = change_bytes(luck, luck.choice(self.texts))
        else:
            world = copy.deepcopy(luck.choice(self.worlds))
            for _ in range(luck.choice([1, 1, 1, 2, 3])):
                change_world(luck, world, self.keys)
            text = json.dumps(world, ensure_ascii=luck.random() < 0.5).encode()
        with open(path, "wb") as file:
            file.write(text)
        code, said = self.call(seed, "check", path)
        if code == 0:
            code, said = self.call(seed, "run", path, "--until", "10 min", "--transcript=none", "--check-laws")
            if code == 2:
                self.fail(seed, "run refuses what check accepted", said)
        elif code == 2:
            for line in said.splitlines():
                if not re.match(r"  hint: |" + re.escape(path) + r":\d+:\d+: ", line) or len(line) > 1200:
                    self.fail(seed, "a message without a place", line)

    def torn(self, luck, path):
        with open(luck.choice(self.journals), "rb") as file:
            whole = file.read()
        i = luck.randrange(len(whole))
        with open(path, "wb") as file:
            file.write(luck.choice([whole[:i], whole + whole, whole[:i] + whole[i + 1 + luck.randrange(300):],
                                    change_bytes(luck, whole)]))

    def journal(self, seed):
        luck, path, out = random.Random(seed), f"{self.scratch}/mutated", f"{self.scratch}/made"
        if luck.random() < 0.3:
            self.torn(luck, path)
        else:
            subprocess.run([MUTATE_JOURNAL, luck.choice(self.journals), path, str(seed)], check=True)
        at = ["--at", luck.choice(["0 s", "1 s", "1.5 s", "2 s", "3 s", "1 h"])]
        calls = [["show", path], ["show", "--json", path], ["show", "--cause", str(luck.randrange(1, 1500)), path],
                 ["show", "--mail", "m1", path], ["view", path], ["export", path, "-o", out + ".pcapng"],
                 ["export", path, "-o", out + ".jsonl"], ["export", path, "-o", out + ".svg", *at],
                 ["view", path, "--screenshot", out + ".png", "--size", "700x500", *at]]
        for words in luck.sample(calls, 2):
            self.call(seed, *words)


def main():
    hunt, first, end = Hunt(sys.argv[1]), int(sys.argv[2]), time.monotonic() + float(sys.argv[3])
    tries = 0
    while tries < MOST_TRIES and time.monotonic() < end:
        hunt.scenario(first + tries)
        hunt.journal(first + tries)
        tries += 1
    print(f"{tries} scenarios and {tries} journals from seed {first} on: {hunt.failures} failures")
    sys.exit(1 if hunt.failures else 0)


main()
