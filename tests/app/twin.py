"""A window on a virtual screen together with its twin (window_twin.c): both get the same keys and presses, the window real
ones. The twin says where things stand and what must be seen afterwards; the window must show the same, pixel for pixel.

    with Pair(place, postroad, twin, folder, "first-mail", "ladder") as pair: pair.key("End"); pair.press("packet")
"""
import os
import subprocess

SIZE = (1280, 800)


def differing(a, b):
    return sum(x != y for x, y in zip(a, b)) if len(a) == len(b) else max(len(a), len(b))


def part(picture, x0, y0, x1, y1):
    """Of a picture, these pixels; whole numbers are not asked for."""
    x0, y0, x1, y1 = (round(v) for v in (x0, y0, x1, y1))
    return b"".join(picture[(y * SIZE[0] + x0) * 3:(y * SIZE[0] + x1) * 3] for y in range(y0, y1))


class Twin:
    def __init__(self, program, scenario, views, folder):
        self.path = folder / "twin.rgb"
        self.child = subprocess.Popen([program, scenario, f"{SIZE[0]}x{SIZE[1]}", views], text=True, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, env={**os.environ, "LANG": "C", "ASAN_OPTIONS": "detect_leaks=0"})

    def tell(self, command):
        self.child.stdin.write(command + "\n")
        self.child.stdin.flush()
        lines = []
        for line in self.child.stdout:
            if line == ".\n":
                return lines
            lines.append(line.rstrip("\n"))
        raise RuntimeError(f"the twin ended at \"{command}\"")

    def places(self, act):
        """(x, y, argument) of all that does this."""
        return [tuple(int(word) for word in line.split()) for line in self.tell(f"places {act}")]

    def at(self, x, y):
        """What a press there would reach: (act, argument)."""
        told = self.tell(f"at {x} {y}")
        return (told[0].split()[0], int(told[0].split()[1])) if told else ("none", 0)

    def words(self):
        """(x, y, width, height, text) of all that is written."""
        return [(*(int(word) for word in line.split(" ", 4)[:4]), line.split(" ", 4)[4]) for line in self.tell("words")]

    def state(self):
        told = dict(word.split("=") for word in self.tell("state")[0].split())
        return {key: value if key == "act" else int(value) for key, value in told.items()}

    def picture(self):
        self.tell(f"picture {self.path}")
        return self.path.read_bytes()

    def end(self):
        self.child.stdin.close()
        self.child.wait()


class Pair:
    """A window that stands still at the beginning of its run, and its twin."""

    def __init__(self, place, postroad, twin, folder, scenario, views):
        self.name = f"{scenario}, {views}"
        self.twin = Twin(twin, scenario, views, folder)
        self.window = place.start([postroad, "view", scenario, "--size", f"{SIZE[0]}x{SIZE[1]}", "--show", views, "--theme", "light"], folder=folder,
                                  environment={"HOME": str(folder), "XDG_CONFIG_HOME": "", "PATH": str(folder / "bin"), "LANG": "C"})
        self.window.key("space")
        self.key("Home")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.twin.end()
        self.window.ask_to_close()
        if self.window.ends() != 0:
            raise RuntimeError(f"{self.name}: closed with {self.window.child.returncode}")
        self.window.stop()

    def key(self, *names):
        for name in names:
            self.window.key(name)
            self.twin.tell(f"key {name}")

    def write(self, text):
        self.window.write(text)
        self.twin.tell(f"write {text}")

    def click(self, x, y):
        self.window.click(x, y)
        self.twin.tell(f"press {x} {y}")

    def run_until(self, words):
        self.key("u")
        self.write(words)
        self.key("Return")

    def places(self, act, within=None):
        """Those within (x0, y0, x1, y1)."""
        x0, y0, x1, y1 = within or (0, 0, *SIZE)
        return [(x, y, arg) for x, y, arg in self.twin.places(act) if x0 <= x < x1 and y0 <= y < y1]

    def press(self, act, arg=None, within=None):
        """Really; what was pressed."""
        for x, y, found in self.places(act, within):
            if arg is None or arg == found:
                self.click(x, y)
                return found
        raise RuntimeError(f"{self.name}: no {act} {'' if arg is None else arg} can be pressed")

    def says(self, text):
        return any(text in written for *_, written in self.twin.words())

    def state(self):
        return self.twin.state()

    def see(self):
        """The window's picture, when it is the twin's."""
        expected = self.twin.picture()
        try:
            self.window.wait_for(lambda: self.window.screen.see() == expected, "", seconds=30)
        except RuntimeError:
            raise RuntimeError(f"{self.name}: {differing(self.window.settle(), expected)} bytes of the window differ from its twin's") from None
        return expected
