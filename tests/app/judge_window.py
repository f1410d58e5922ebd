#!/usr/bin/env python3
"""judge_window POSTROAD SCENARIOS: the window on a real (virtual) screen, by real clicks and keys, each step judged from
outside: by its title, by what is seen, by the files that it leaves, by how it ends.

Skipped (77), in so many words, where Xvfb or xdotool is not installed."""
import json
import pathlib
import subprocess
import sys
import tempfile

import screen
from screen import Screen, read_png

SIZE = (1280, 800)
# Where things stand in the first mail at this size, with the map above all the width.
ALICE, HER_SERVER, MAP_HEADING, ADD_A_LINK = (98, 339), (98, 168), (44, 119), (92, 523)
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED", what)


def differing(a, b):
    return sum(x != y for x, y in zip(a, b)) if len(a) == len(b) else max(len(a), len(b))


class Judge:
    def __init__(self, postroad, scenarios, folder, place):
        self.postroad, self.scenarios, self.folder, self.place = postroad, scenarios, folder, place
        self.paths = folder / "bin"
        self.paths.mkdir()

    def view(self, *words, paths=None):
        return self.place.start([self.postroad, "view", *words, "--size", f"{SIZE[0]}x{SIZE[1]}"], folder=self.folder,
                                environment={"HOME": str(self.folder), "XDG_CONFIG_HOME": "", "PATH": str(paths or self.paths), "LANG": "C"})

    def picture(self, *words):
        path = self.folder / "expected.png"
        subprocess.run([self.postroad, "view", *words, "--size", f"{SIZE[0]}x{SIZE[1]}", "--screenshot", path], check=True)
        return read_png(path)

    def gallery(self):
        window = self.view()
        check(window.title() == "Gallery – postroad", f"gallery: {window.title()}")
        window.key("Right", "Left", "Return")
        window.wait_for(lambda: window.title() == "First mail – postroad", f"the first card is {window.title()}")
        window.key("Escape")
        window.wait_for(lambda: window.title() == "Gallery – postroad", "Esc does not come back to the gallery")
        window.ask_to_close()
        check(window.ends() == 0, "the gallery is closed by the window manager")

    def views(self):
        window = self.view("first-mail")
        window.key("space", "End")
        usual = window.see()
        check(differing(usual, self.picture("first-mail", "--at", "1 h")) == 0, "the window is not what a screenshot draws")
        seen = {usual}
        for key in "123456789":
            window.key(key)
            seen.add(window.see())
            window.key("0")
        check(len(seen) == 10, f"nine views alone and all of them are {len(seen)} pictures")
        check(window.see() == usual, "0 does not bring all views back")
        for name, key in (("help", "question"), ("menu", "v"), ("guessing", "g")):
            window.key(key)
            check(window.see() != usual, f"{name}: nothing is seen")
            window.key("g" if name == "guessing" else "Escape")
            check(window.see() == usual, f"{name}: does not close")
        window.key("shift+p")
        check(differing(window.see(), self.picture("first-mail", "--at", "1 h", "--projector")) == 0, "Shift P is not the projector's picture")
        window.key("shift+p", "t")
        window.key("Escape")
        asked = window.see()
        window.key("Escape")
        check(window.ends() == 0 and asked != usual, "Esc asks, and Esc once more quits")
        kept = json.loads((self.folder / ".config/postroad/window.json").read_text())
        check("dark" in json.dumps(kept), f"the theme is not kept: {kept}")
        window = self.view("first-mail")
        window.key("space", "End")
        check(differing(window.see(), self.picture("first-mail", "--at", "1 h", "--theme", "dark")) == 0, "the theme is not remembered")
        window.key("t", "q")
        check(window.ends() == 0, "Q ends it")

    def edits(self):
        window = self.view("first-mail", "--show", "-56(map,what-if)")
        window.key("space", "End")
        before = window.see()
        window.click(*MAP_HEADING)
        check(window.see() != before, "a press on the heading opens no menu")
        window.click(*ADD_A_LINK)
        window.click(*ALICE)
        asks = window.see()
        window.click(*HER_SERVER)
        changed = window.see()
        check(before != asks != changed, "what is waited for is not seen")
        window.key("x")
        check(window.see() != changed, "X does not show the run as it was")
        window.key("ctrl+s")
        saved = self.folder / "first-mail-what-if.json"
        window.wait_for(saved.exists, "Ctrl S saves nothing")
        links = json.loads(saved.read_text())["links"]
        check(sorted(links["added-1"]["between"]) == ["alice-pc", "mail.a.example"], f"the link: {links}")
        run = subprocess.run([self.postroad, "run", saved, "--json"], capture_output=True, text=True)
        was = subprocess.run([self.postroad, "run", self.scenarios / "first-mail.json", "--json"], capture_output=True, text=True)
        delivered = [json.loads(one.stdout)["mails"][0]["delivered_at_s"] for one in (run, was)]
        check(run.returncode == 0 and delivered[0] != delivered[1], f"the outcome of both: {delivered}")
        window.key("ctrl+z", "End", "ctrl+s")
        window.click(640, 60) # the pointer leaves the map
        check(differing(window.see(), before) < len(before) // 100, "Ctrl Z does not take it back")
        check(not saved.with_name("first-mail-what-if-2.json").exists(), "there is still something to save")
        window.ask_to_close()
        check(window.ends() == 0, "closed by the window manager")

    def lesson(self):
        window = self.view(str(self.scenarios / "lessons/how-a-mail-travels.json"))
        check(window.title() == "First mail – postroad", f"lesson: {window.title()}")
        first = window.see()
        window.key("period")
        asked = window.see()
        check(asked != first, "the first step asks before the next one")
        window.key("2", "space")
        window.key("comma")
        window.key("q")
        check(window.ends() == 0, "the lesson ends")

    def wireshark(self):
        fake, told = self.paths / "wireshark", self.folder / "told"
        window = self.view("first-mail", "--look-at", "#576")
        window.key("space", "End")
        grey = window.see()
        window.key("o")
        check(not told.exists(), "what is not there was started")
        window.key("q")
        window.ends()
        fake.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {told}\n')
        fake.chmod(0o755)
        window = self.view("first-mail", "--look-at", "#576")
        window.key("space", "End")
        check(window.see() != grey, "Wireshark is there, and the picture is the same")
        window.key("o")
        window.wait_for(lambda: told.exists() and ".pcapng" in told.read_text(), "O does not open Wireshark with a capture")
        window.key("q")
        check(window.ends() == 0, "ends after Wireshark")


def main():
    lacking = screen.missing()
    if lacking:
        print(f"skipped: {' and '.join(lacking)} not installed; on Debian: apt-get install xvfb xdotool")
        sys.exit(77)
    postroad, scenarios = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory() as scratch, Screen(SIZE) as place:
        judge = Judge(postroad, scenarios, pathlib.Path(scratch), place)
        for step in (judge.gallery, judge.views, judge.edits, judge.lesson, judge.wireshark):
            try:
                step()
            except RuntimeError as error:
                check(False, f"{step.__name__}: {error}")
    if failures:
        sys.exit(f"{len(failures)} checks failed")
    print("the window does what it should")


main()
