"""A virtual screen for tests: Xvfb shows a program's window, xdotool presses its keys and buttons, and what is seen is
read from the frame buffer; nothing but Python's own library.

    with Screen((1280, 800)) as screen:
        window = screen.start([postroad, "view", "first-mail"]); window.key("space"); window.click(98, 168); window.see()
"""
import ctypes
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time
import zlib

PROGRAMS = ("Xvfb", "xdotool")


def missing():
    return [program for program in PROGRAMS if not shutil.which(program)]


def read_png(path):
    """The pixels of a PNG of 8-bit RGB or RGBA, three bytes each, row by row."""
    data, at, packed = pathlib.Path(path).read_bytes(), 8, b""
    while at < len(data):
        (length,), kind = struct.unpack(">I", data[at:at + 4]), data[at + 4:at + 8]
        if kind == b"IHDR":
            width, height, _, colours = struct.unpack(">IIBB", data[at + 8:at + 18])
        elif kind == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += length + 12
    size, raw = {2: 3, 6: 4}[colours], zlib.decompress(packed)
    before, rows = bytearray(width * size), []
    for y in range(height):
        filtered, row = raw[y * (width * size + 1)], bytearray(raw[y * (width * size + 1) + 1:(y + 1) * (width * size + 1)])
        if filtered == 1:
            for i in range(size, len(row)):
                row[i] = (row[i] + row[i - size]) & 255
        elif filtered == 2:
            row = bytearray((a + b) & 255 for a, b in zip(row, before))
        elif filtered == 3:
            for i in range(len(row)):
                row[i] = (row[i] + ((row[i - size] if i >= size else 0) + before[i]) // 2) & 255
        elif filtered == 4:
            for i in range(len(row)):
                a, b, c = (row[i - size], before[i], before[i - size]) if i >= size else (0, before[i], 0)
                p, q, r = abs(b - c), abs(a - c), abs(a + b - 2 * c)
                row[i] = (row[i] + (a if p <= q and p <= r else b if q <= r else c)) & 255
        rows.append(row)
        before = row
    picture = b"".join(bytes(row) for row in rows)
    if size == 4:
        rgb = bytearray(width * height * 3)
        for i in range(3):
            rgb[i::3] = picture[i::4]
        picture = bytes(rgb)
    return picture


class X11:
    """What xdotool cannot do: titles in UTF-8, and what a window manager says."""

    class Message(ctypes.Structure):
        _fields_ = [("type", ctypes.c_int), ("serial", ctypes.c_ulong), ("sent", ctypes.c_int), ("display", ctypes.c_void_p),
                    ("window", ctypes.c_ulong), ("kind", ctypes.c_ulong), ("format", ctypes.c_int), ("data", ctypes.c_long * 5), ("rest", ctypes.c_long * 24)]

    def __init__(self, display):
        self.lib = ctypes.CDLL("libX11.so.6")
        self.lib.XOpenDisplay.restype = ctypes.c_void_p
        self.lib.XInternAtom.restype = ctypes.c_ulong
        self.error = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: 0) # a window may be gone
        self.lib.XSetErrorHandler(self.error)
        self.lib.XDefaultRootWindow.restype = ctypes.c_ulong
        self.display = ctypes.c_void_p(self.lib.XOpenDisplay(display.encode()))
        self.lib.XSelectInput(self.display, ctypes.c_ulong(self.lib.XDefaultRootWindow(self.display)), ctypes.c_long(1 << 19)) # SubstructureNotify: answers
        self.pings = 0

    def close(self):
        self.lib.XCloseDisplay(self.display)

    def atom(self, name):
        return ctypes.c_ulong(self.lib.XInternAtom(self.display, name, 0))

    def title(self, window):
        kind, form, n, more, data = ctypes.c_ulong(), ctypes.c_int(), ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_void_p()
        self.lib.XGetWindowProperty(self.display, ctypes.c_ulong(window), self.atom(b"_NET_WM_NAME"), ctypes.c_long(0), ctypes.c_long(300), 0, ctypes.c_ulong(0),
                                    ctypes.byref(kind), ctypes.byref(form), ctypes.byref(n), ctypes.byref(more), ctypes.byref(data))
        if not data.value:
            return ""
        text = ctypes.string_at(data.value, n.value).decode()
        self.lib.XFree(data)
        return text

    def tell(self, window, what, number=0):
        """As a window manager does."""
        message = self.Message(33, 0, 1, self.display, window, self.atom(b"WM_PROTOCOLS"), 32, (ctypes.c_long * 5)(self.atom(what).value, number, window))
        self.lib.XSendEvent(self.display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
        self.lib.XFlush(self.display)

    def ask_to_close(self, window):
        """What happens when its cross is pressed."""
        self.tell(window, b"WM_DELETE_WINDOW")

    def ping(self, window, goes_on, seconds=20):
        """Asks whether the program still looks at its events, and waits for the answer: then it has seen all before."""
        self.pings += 1
        self.tell(window, b"_NET_WM_PING", self.pings)
        answer, end = self.Message(), time.monotonic() + seconds
        while time.monotonic() < end and goes_on():
            while self.lib.XCheckTypedEvent(self.display, 33, ctypes.byref(answer)):
                if answer.data[1] == self.pings:
                    return True
            time.sleep(0.002)
        return False


class Screen:
    def __init__(self, size):
        self.size, self.folder, self.windows = size, tempfile.mkdtemp(), []
        into, out = os.pipe()
        self.server = subprocess.Popen(["Xvfb", "-displayfd", str(out), "-screen", "0", f"{size[0]}x{size[1]}x24", "-fbdir", self.folder, "-nolisten", "tcp"],
                                       pass_fds=(out,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(out)
        number = b""
        while not number.endswith(b"\n"):
            got = os.read(into, 16)
            if not got:
                raise RuntimeError("Xvfb does not start")
            number += got
        os.close(into)
        self.display = f":{number.decode().strip()}"
        self.x11 = X11(self.display)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for window in self.windows:
            window.stop()
        if self.server.poll() is None:
            self.x11.close()
            self.end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def end(self):
        self.server.terminate()
        self.server.wait()

    def tool(self, *words):
        return subprocess.run(["xdotool", *map(str, words)], env={**os.environ, "DISPLAY": self.display}, capture_output=True, text=True)

    def see(self):
        """The whole screen, three bytes a pixel."""
        data = pathlib.Path(self.folder, "Xvfb_screen0").read_bytes()
        head = struct.unpack(">25I", data[:100])
        start, width, height, row, big = head[0] + head[19] * 12, head[4], head[5], head[12], head[7]
        rgb = bytearray(width * height * 3)
        pixels = b"".join(data[start + y * row:start + y * row + width * 4] for y in range(height))
        for i in range(3):
            rgb[i::3] = pixels[(i + 1 if big else 2 - i)::4]
        return bytes(rgb)

    def start(self, command, **more):
        window = Window(self, command, **more)
        self.windows.append(window)
        return window


class Window:
    """One program whose window fills the screen."""

    def __init__(self, screen, command, folder=None, environment=None):
        self.screen = screen
        self.child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                      env={**os.environ, "DISPLAY": screen.display, "SDL_VIDEODRIVER": "x11", "SDL_RENDER_DRIVER": "software", "ASAN_OPTIONS": "detect_leaks=0", **(environment or {})})
        self.id = self.wait_for(lambda: self.find(), "no window comes")
        screen.tool("windowmove", self.id, 0, 0)
        screen.tool("windowfocus", "--sync", self.id)
        self.wait_for(lambda: len(set(screen.see()[:30000])) > 1, "nothing is drawn")

    def find(self):
        found = self.screen.tool("search", "--pid", self.child.pid).stdout.split()
        return next((one for one in found if " – postroad" in self.screen.x11.title(int(one))), None)

    def wait_for(self, what, otherwise, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            got = what()
            if got:
                return got
            if self.child.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"{otherwise} (exit code {self.child.poll()}, {self.child.stderr.read1(2000) if self.child.poll() is not None else b''})")

    def title(self):
        return self.screen.x11.title(int(self.id))

    def serve(self):
        """Returns when what was pressed has been acted on, and drawn. A round of the program's events answers one ping, or
        several where many events have come; the picture follows the round."""
        for _ in range(6):
            if not self.screen.x11.ping(int(self.id), lambda: self.child.poll() is None):
                return

    def settle(self, seconds=20):
        """The picture, once it no longer changes."""
        self.serve()
        end, before = time.monotonic() + seconds, self.screen.see()
        while time.monotonic() < end:
            time.sleep(0.1)
            self.serve()
            now = self.screen.see()
            if now == before:
                return now
            before = now
        return before

    see = settle

    def see_other(self, than, seconds=20):
        """The picture, once it is another one and no longer changes; or the same, when it stays that for so long."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.screen.see() == than:
            time.sleep(0.05)
        return self.settle()

    def key(self, *names):
        for name in names:
            self.screen.tool("key", "--clearmodifiers", name)
        self.serve()

    def write(self, text):
        self.screen.tool("type", "--delay", 15, text)
        self.serve()

    def click(self, x, y):
        self.screen.tool("mousemove", x, y, "click", 1)
        self.serve()

    def turn_wheel(self, x, y, up):
        self.screen.tool("mousemove", x, y, "click", 4 if up else 5)
        self.serve()

    def drag(self, a, b, steps=8):
        self.screen.tool("mousemove", *a, "mousedown", 1)
        for i in range(1, steps + 1):
            self.screen.tool("mousemove", *(round(p + (q - p) * i / steps) for p, q in zip(a, b)))
            time.sleep(0.02)
        self.screen.tool("mouseup", 1)
        self.serve()

    def ask_to_close(self):
        self.screen.x11.ask_to_close(int(self.id))

    def ends(self, seconds=15):
        """Its exit code."""
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(5)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.child.stderr.close()
