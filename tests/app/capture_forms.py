"""The same packets in every form that a capture may have: capture_forms.py IN.pcap FOLDER

IN is a little-endian pcap in microseconds of Linux cooked frames (version 1)."""
import pathlib
import struct
import sys

whole, folder = pathlib.Path(sys.argv[1]).read_bytes(), pathlib.Path(sys.argv[2])
snap = struct.unpack_from("<I", whole, 16)[0]
packets, at = [], 24
while at < len(whole):
    seconds, micro, there, size = struct.unpack_from("<IIII", whole, at)
    frame = whole[at + 16 : at + 16 + there]
    packets.append((seconds, micro, frame[16:], size - 16, frame[14:16], frame[:2]))  # IP, ether type, cooked type
    at += 16 + there

LINKS = {
    "ethernet": (1, lambda kind, way: b"\2\0\0\0\0\1\2\0\0\0\0\2" + kind),
    "vlan": (1, lambda kind, way: b"\2\0\0\0\0\1\2\0\0\0\0\2" + b"\x81\0\0\7" + kind),
    "qinq": (1, lambda kind, way: b"\2\0\0\0\0\1\2\0\0\0\0\2" + b"\x88\xa8\0\7\x81\0\0\x2a" + kind),
    "raw": (101, lambda kind, way: b""),
    "loop": (108, lambda kind, way: b"\0\0\0\x1e"),
    "cooked": (113, lambda kind, way: way + b"\0\1\0\6\2\0\0\0\0\1\0\0" + kind),
    "cooked2": (276, lambda kind, way: kind + b"\0\0\0\0\0\5\0\1" + way[1:] + b"\6\2\0\0\0\0\1\0\0"),
}


def pcap(name, order, nano, link):
    number, head = LINKS[link]
    magic = 0xA1B23C4D if nano else 0xA1B2C3D4
    out = [struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, snap, number)]
    for seconds, micro, ip, size, kind, way in packets:
        frame = head(kind, way) + ip
        fraction = micro * 1000 if nano else micro
        out.append(struct.pack(order + "IIII", seconds, fraction, len(frame), size + len(frame) - len(ip)) + frame)
    (folder / name).write_bytes(b"".join(out))


def block(order, kind, body):
    body += b"\0" * (-len(body) % 4)
    size = struct.pack(order + "I", len(body) + 12)
    return struct.pack(order + "I", kind) + size + body + size


def pcapng(name, order, resolution):
    number, head = LINKS["ethernet"]
    ticks = {6: 10**6, 9: 10**9, 0x9E: 2**30}[resolution]
    option = struct.pack(order + "HHB3xI", 9, 1, resolution, 0)
    out = [block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))]
    out.append(block(order, 99, b"a block of a kind that nobody knows"))
    out.append(block(order, 1, struct.pack(order + "HHI", number, 0, 0) + option))
    for seconds, micro, ip, size, kind, way in packets:
        frame = head(kind, way) + ip
        at = seconds * ticks + -(-micro * ticks // 10**6)  # rounded up, so that the microsecond comes back
        body = struct.pack(order + "IIIII", 0, at >> 32, at & 0xFFFFFFFF, len(frame), size + len(frame) - len(ip))
        out.append(block(order, 6, body + frame))
    (folder / name).write_bytes(b"".join(out))


for link in LINKS:
    pcap(f"{link}.pcap", "<", False, link)
pcap("big-endian.pcap", ">", False, "ethernet")
pcap("nanoseconds.pcap", "<", True, "raw")
pcap("big-endian-nanoseconds.pcap", ">", True, "cooked")
pcapng("little.pcapng", "<", 6)
pcapng("big-endian.pcapng", ">", 9)
pcapng("binary-fractions.pcapng", "<", 0x9E)
