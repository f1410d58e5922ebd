"""Makes worlds at random - routers, servers, clients, links of all sorts, mails, faults - and runs them under all laws.

random_worlds.py SCRATCH FIRST_SEED COUNT [SECONDS]; ends with 1 when a law was broken, or a run crashed or did not end.
A failure prints its seed; `random_worlds.py SCRATCH SEED 1` repeats it and leaves the scenario in SCRATCH.

What a scenario can say is looked up in the schema: a TCP setting, a flavour or a property of links is used as soon as
the schema knows it. To add a sort of value: one entry in LINK_VALUES or TCP_VALUES.
"""
import json
import os
import random
import re
import subprocess
import sys
import time

POSTROAD = os.environ["POSTROAD"]
SCHEMA = os.path.join(os.environ["POSTROAD_SOURCE_DIR"], "scenarios", "scenario.schema.json")
LIMIT_S = 120

# By key, how to draw a value; a key that the schema does not know is passed over.
TCP_VALUES = {
    "delayed_ack": lambda luck: luck.random() < 0.5,
    "nagle": lambda luck: luck.random() < 0.5,
    "rto_min": lambda luck: luck.choice(["1 ms", "50 ms", "200 ms", "1 s"]),
    "timers": lambda luck: luck.choice(["rfc", "linux"]),
    "mtu_probing": lambda luck: luck.random() < 0.5,
    "user_timeout": lambda luck: luck.choice(["2 min", "15 min"]),
    "keep_alive": lambda luck: luck.choice(["30 s", "2 h"]),
}
LINK_VALUES = {
    "rate": lambda luck: luck.choice(["unlimited", "64 kbit/s", "1 Mbit/s", "10 Mbit/s", "1 Gbit/s"]),
    "delay": lambda luck: luck.choice(["0 ms", "1 ms", "15 ms", "80 ms", "400 ms"]),
    "queue": lambda luck: luck.choice(["unlimited", "3 kB", "8 kB", "64 kB", "5 packets"]),
    "codel": lambda luck: luck.choice([True, False]),
    "loss": lambda luck: luck.choice(["0 %", "0.5 %", "3 %", "10 %", "25 %",
                                      {"good_to_bad": "2 %", "bad_to_good": "30 %"},
                                      {"good_to_bad": "1 %", "bad_to_good": "10 %", "per": "50 ms"}]),
    "jitter": lambda luck: luck.choice(["0 ms", "2 ms", "40 ms"]),
    "duplicate": lambda luck: luck.choice(["0 %", "1 %", "10 %"]),
    "reorder": lambda luck: luck.choice(["2 %", "20 %", {"odds": "5 %", "by": "200 ms"}]),
    "corrupt": lambda luck: luck.choice(["0 %", "0.5 %", "5 %"]),
    "mtu": lambda luck: luck.choice(["1500 B", "1500 B", "2000 B", "1280 B", "600 B"]),
}
TAGS = ["tcp.syn", "tcp.syn-ack", "tcp.data", "tcp.ack", "tcp.fin", "dns.query", "dns.answer"]


def keys_of(schema, name):
    """What the definition of that name allows, wherever it stands in the schema: key -> its own schema."""
    found = {}

    def walk(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key == name and isinstance(value, dict):
                    found.update(value.get("properties", {}))
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(schema)
    return found


class Maker:
    def __init__(self):
        with open(SCHEMA, encoding="utf-8") as file:
            schema = json.load(file)
        self.tcp_keys, self.link_keys = keys_of(schema, "tcp"), keys_of(schema, "link")
        assert "flavour" in self.tcp_keys and "rate" in self.link_keys, "the schema has other names now"
        self.flavours = self.tcp_keys["flavour"]["enum"]

    def some(self, luck, values, known, chance):
        return {key: draw(luck) for key, draw in values.items() if key in known and luck.random() < chance}

    def tcp(self, luck):
        """Always with a flavour and all options, so that what the top says does not contradict what a host says."""
        flavour = luck.choice(self.flavours)
        scaling, sack = luck.random() < 0.5, luck.random() < 0.7
        by_sack = sack and flavour in ("sack", "cubic")
        buffers = ["1460 B", "3 kB", "8 kB", "20 kB", "65535 B"] + (["200 kB", "1 MB"] if scaling else [])
        settings = {"flavour": flavour, "sack": sack, "timestamps": luck.random() < 0.5, "window_scaling": scaling,
                    "rack": by_sack and luck.random() < 0.7, "tlp": by_sack and luck.random() < 0.7,
                    "receive_buffer": luck.choice(buffers), "initial_window": luck.choice([1, 2, 4, 10, 40])}
        settings.update(self.some(luck, TCP_VALUES, self.tcp_keys, 0.3))
        if flavour == "stop-and-wait":
            settings["initial_window"] = 1
        return settings

    def link(self, luck, a, b):
        link = {"between": [a, b], **self.some(luck, LINK_VALUES, self.link_keys, 0.35)}
        if luck.random() < 0.3:
            link["back"] = {k: v for k, v in self.some(luck, LINK_VALUES, self.link_keys, 0.3).items() if k != "mtu"}
        return link

    def hosts(self, luck):
        routers = [f"r{i}" for i in range(luck.randrange(1, 4))]
        servers = [f"mx.{d}.example" for d in "abc"[:luck.randrange(1, 4)]]
        hosts = {r: {"router": {}} for r in routers}
        users = []
        for server in servers:
            domain = server[3:]
            names = ["u" + str(i) for i in range(luck.randrange(1, 3))]
            hosts[server] = {"mail_server": {"domains": [domain], "users": names, "retry": {
                "queue_run_delay": "20 s", "minimal_backoff_time": "30 s", "maximal_backoff_time": "5 min"}}}
            for name in names:
                pc = f"{name}-{domain[0]}"
                users.append((f"{name}@{domain}", pc))
                hosts[pc] = {"client": {"user": f"{name}@{domain}", "submits_to": server, "fetches_from": server,
                                        "fetches_every": luck.choice(["20 s", "60 s"])}}
        for host in hosts.values():
            if luck.random() < 0.4:
                host["tcp"] = self.tcp(luck)
        return hosts, routers, users

    def links(self, luck, hosts, routers):
        links = {}
        for i in range(1, len(routers)):
            links[f"core{i}"] = self.link(luck, routers[i - 1], routers[i])
        if len(routers) > 2 and luck.random() < 0.5:
            links["core0"] = self.link(luck, routers[-1], routers[0])
        for name in hosts:
            if name not in routers:
                links["to-" + name.replace(".", "-")] = self.link(luck, name, luck.choice(routers))
        return links

    def fault(self, luck, hosts, links, mails):
        when = f"{luck.randrange(1000, 8000)} ms"
        how, link = luck.randrange(5), luck.choice(list(links))
        servers = [h for h, what in hosts.items() if "mail_server" in what]
        if how == 0:
            return {"at": when, "for": luck.choice(["2 s", "30 s", "3 min"]), "cut_link": {"link": link}}
        if how == 1:
            return {"at": when, "for": luck.choice(["1 s", "20 s"]), "stop_host": {"host": luck.choice(servers)}}
        if how == 2:
            what, value = luck.choice([("loss", "40 %"), ("delay", "1 s"), ("rate", "100 kbit/s")])
            return {"at": when, "for": "20 s", "set": {f"/links/{link}/{what}": value}}
        if how == 3:
            return {"drop": {"link": link, "toward": luck.choice(links[link]["between"]), "nth": luck.randrange(1, 9),
                             "tag": luck.choice(TAGS)}}
        return {"at": when, "for": "1 min", "reply": {"server": luck.choice(servers),
                                                     "to": luck.choice(["MAIL", "RCPT", "DATA"]), "with": "451 not now"}}

    def tls(self, luck, hosts, routers):
        """Who encrypts, and who stands in between; by luck of its own, so that the rest stays as it was."""
        if luck.random() < 0.6:
            return {}
        for host in hosts.values():
            if "mail_server" in host and luck.random() < 0.8:
                tls = host["mail_server"]["tls"] = {"version": luck.choice(["1.2", "1.3", "1.3"])}
                tls["outbound"] = luck.choice(["never", "opportunistic", "opportunistic", "required", "verify", "mta-sts"])
                if luck.random() < 0.2:
                    tls["certificate"] = luck.choice(["expired", "self-signed", "wrong name", "untrusted ca"])
                if luck.random() < 0.3:
                    tls["mta_sts"] = {"mode": luck.choice(["enforce", "testing"])}
        for host in hosts.values():
            server = hosts[host["client"]["submits_to"]]["mail_server"] if "client" in host else {}
            if "tls" in server and "certificate" not in server["tls"]:
                host["client"]["tls"] = luck.choice(["off", "starttls", "implicit"])
        if luck.random() < 0.2:
            hosts[luck.choice(routers)]["router"]["strips_starttls"] = True
        return {"tls": luck.choice(["real", "modelled"])}

    def world(self, seed):
        luck = random.Random(seed)
        tcp = self.tcp(luck)
        hosts, routers, users = self.hosts(luck)
        links = self.links(luck, hosts, routers)
        mails = {}
        for i in range(luck.randrange(1, 6)):
            mails[f"m{i}"] = {"at": f"{luck.randrange(500, 6000)} ms", "from": luck.choice(users)[0],
                              "to": sorted({luck.choice(users)[0] for _ in range(luck.randrange(1, 3))}),
                              "size": luck.choice(["1 kB", "5 kB", "40 kB", "200 kB"])}
        faults = [self.fault(luck, hosts, links, mails) for _ in range(luck.randrange(0, 4))]
        tls = self.tls(random.Random(f"tls {seed}"), hosts, routers)
        return {**tls, "postroad": 1, "title": f"random world {seed}", "seed": seed, "until": "20 min", "tcp": tcp,
                "ip": self.ip(luck, hosts, links, routers, faults), "hosts": hosts, "links": links, "mail": mails,
                "faults": faults}

    def ip(self, luck, hosts, links, routers, faults):
        """Versions, packets that may be cut, routers that are silent; drawn last, so that the rest stays as it was."""
        version = luck.choice(["v4", "v4", "v6", "both"])
        for link in links.values():
            if version != "v4" and link.get("mtu") == "600 B":
                link["mtu"] = "1280 B"
        for name, host in hosts.items():
            if name in routers and luck.random() < 0.1:
                host["router"]["icmp"] = False
            elif name not in routers and luck.random() < 0.2:
                host["path_mtu_discovery"] = False
        if luck.random() < 0.2:
            faults.append({"at": f"{luck.randrange(0, 8000)} ms", "for": luck.choice(["2 s", "1 min"]),
                           "mute_icmp": {"host": luck.choice(routers)}})
        return version


def run(path):
    try:
        ended = subprocess.run([POSTROAD, "run", path, "--check-laws", "--transcript=none"], stdin=subprocess.DEVNULL,
                               capture_output=True, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return f"no end after {LIMIT_S} s"
    said = (ended.stdout + ended.stderr).decode("utf-8", "replace")
    if ended.returncode == 0 and not re.search("Sanitizer|runtime error|law broken|Assertion", said):
        return None
    return f"exit code {ended.returncode}\n{said[-2500:]}"


def main():
    scratch, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    end = time.monotonic() + float(sys.argv[4]) if len(sys.argv) > 4 else None
    maker, failures, seed = Maker(), 0, first
    while seed < first + count and (end is None or time.monotonic() < end):
        path = f"{scratch}/world-{seed}.json"
        with open(path, "w", encoding="utf-8") as file:
            json.dump(maker.world(seed), file, indent=1)
        wrong = run(path)
        if wrong:
            failures += 1
            print(f"FAILED seed {seed} ({path}): {wrong}", flush=True)
        else:
            os.remove(path)
        seed += 1
    print(f"{seed - first} worlds from seed {first} on: {failures} failures")
    sys.exit(1 if failures else 0)


main()
