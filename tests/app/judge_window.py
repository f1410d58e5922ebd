#!/usr/bin/env python3
"""judge_window POSTROAD SCENARIOS [STEP...]: the window on a real (virtual) screen, by real clicks and keys, each step judged from
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
USUAL = ("--show", "|62(-55(map,dialogue),ladder)", "--theme", "light") # what other steps chose is remembered
# Where things stand in the first mail at this size, with the map above all the width.
ALICE, HER_SERVER, MAP_HEADING, ADD_A_LINK = (98, 339), (98, 168), (44, 119), (92, 523)
# Of what is looked at closely: the first offer for a packet, the loss of a link. Of a question: its choices, the score.
IT_HAD_NOT_BEEN_LOST, LOSS = (95, 536), (612, 612)
CHOICES, SCORE = [(640, 324), (640, 369), (640, 414), (640, 459)], (322, 512, 700, 552)
TIME_LINE = 757
DIALOGUE, CLOCK = (400, 600), (1056, 680, 1270, 720)
# Of the gallery: the lesson and the first scenario. Of a lesson: on, back, and the second answer. Of the queue above the dialogue: an attempt that was put off, and the axis.
# Of why late alone: the longest part, the loss in it, and the whole bar.
LESSON, FIRST_MAIL, ON, BACK, ITS_ANSWER = (170, 170), (482, 170), (1219, 150), (1136, 150), (640, 407)
ATTEMPT, AXIS = (231, 152), (180, 353, 1110, 375)
PART, LOST, LINE = (150, 286), (400, 460), (10, 725, 1270, 795)
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED", what)


def differing(a, b):
    return sum(x != y for x, y in zip(a, b)) if len(a) == len(b) else max(len(a), len(b))


def part(picture, x0, y0, x1, y1):
    return b"".join(picture[(y * SIZE[0] + x0) * 3:(y * SIZE[0] + x1) * 3] for y in range(y0, y1))


def asks(picture):
    """Whether four choices stand where they stand: boxes of one colour, with another between them."""
    boxes = {part(picture, 900, y - 8, 940, y + 8) for _, y in CHOICES}
    return len(boxes) == 1 and boxes.pop()[:3] != part(picture, 900, 346, 901, 347)


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
            window.wait_for(lambda: window.screen.see() != usual, f"{key} shows no view alone")
            seen.add(window.see())
            window.key("0")
            window.wait_for(lambda: window.screen.see() == usual, "0 does not bring all views back")
        check(len(seen) == 10, f"nine views alone and all of them are {len(seen)} pictures")
        check(window.see() == usual, "0 does not bring all views back")
        for name, key in (("help", "question"), ("menu", "v"), ("guessing", "g")):
            window.key(key)
            check(window.see() != usual, f"{name}: nothing is seen")
            window.key("g" if name == "guessing" else "Escape")
            check(window.see() == usual, f"{name}: does not close")
        window.turn_wheel(*DIALOGUE, up=True)
        window.wait_for(lambda: window.see() != usual, "the wheel over the dialogue moves nothing")
        check(part(window.see(), *CLOCK) == part(usual, *CLOCK), "the wheel over a view with a scroll bar moves the clock")
        window.turn_wheel(*DIALOGUE, up=False)
        window.click(640, 60) # the pointer leaves the dialogue
        window.wait_for(lambda: window.see() == usual, "the wheel back does not")
        window.key("shift+p")
        projected = self.picture("first-mail", "--at", "1 h", "--projector")
        window.wait_for(lambda: differing(window.see(), projected) == 0, "Shift P is not the projector's picture")
        window.key("shift+p", "t")
        window.key("Escape")
        asked = window.see()
        window.key("Return")
        check(window.ends() == 0 and asked != usual, "Esc asks, and Enter quits")
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
        changed = window.see_other(asks) # the world is run again
        check(before != asks != changed, "what is waited for is not seen")
        window.key("x")
        check(window.see_other(changed) != changed, "X does not show the run as it was")
        saved = self.folder / "first-mail-what-if.json"
        self.save(window, saved)
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

    def outcome(self, scenario):
        run = subprocess.run([self.postroad, "run", scenario, "--json"], capture_output=True, text=True)
        return json.loads(run.stdout)

    def save(self, window, saved):
        """There is something to save when the world has been run again; the key has been acted on when it returns."""
        def pressed():
            window.key("ctrl+s")
            return saved.exists()
        window.wait_for(pressed, f"Ctrl S does not save {saved.name}")

    def changed_world(self, window, number):
        """What Ctrl S leaves, and its outcome."""
        saved = self.folder / f"first-mail-what-if{number}.json"
        self.save(window, saved)
        return json.loads(saved.read_text()), self.outcome(saved)

    def inspector(self):
        """The button that asks what if, and a value changed in place."""
        was = self.outcome(self.scenarios / "first-mail.json")
        window = self.view("first-mail", *USUAL, "--look-at", "#576")
        window.key("space", "Home")
        before = window.see()
        window.click(*IT_HAD_NOT_BEEN_LOST)
        check(window.see_other(before) != before, "what if: nothing is seen")
        scenario, outcome = self.changed_world(window, "-2")
        check(any("spare" in fault for fault in scenario.get("faults", [])), f"what if: the line is {scenario.get('faults')}")
        check(outcome["packets"]["dropped"]["loss"] == 0 and outcome["mails"][0]["delivered_at_s"] < was["mails"][0]["delivered_at_s"],
              f"what if: {outcome['packets']}, {outcome['mails']}")
        window.ask_to_close()
        check(window.ends() == 0, "the inspector is closed")
        window = self.view("first-mail", *USUAL, "--look-at", "a-mail")
        window.key("space", "Home")
        before = window.see()
        window.click(*LOSS)
        asks = window.see()
        window.key(*["BackSpace"] * 8)
        window.write("0 %")
        window.key("Return")
        check(before != asks and window.see_other(asks) != asks, "editing: nothing is seen")
        scenario, outcome = self.changed_world(window, "-3")
        check(scenario["links"]["a-mail"]["loss"] == "0 %", f"editing: {scenario['links']['a-mail']}")
        check(outcome["packets"]["dropped"]["loss"] == 0, f"editing: {outcome['packets']}")
        window.ask_to_close()
        check(window.ends() == 0, "closed after editing")

    def guess(self, *choices):
        """The scores, one after the other, of a game in which these are pressed."""
        scores, window = [], self.view("first-mail", *USUAL)
        window.key("space", "Home")
        window.key("g", "space")
        window.wait_for(lambda: asks(window.screen.see()), "no question comes")
        for choice in choices:
            asked = window.settle()
            window.click(*CHOICES[choice])
            told = window.see()
            check(differing(asked, told) > 1000, f"choice {choice + 1} of a question is not taken")
            scores.append(part(told, *SCORE))
            window.key("space")
            window.wait_for(lambda: differing(window.screen.see(), told) > 1000, "it does not go on")
        window.key("g", "q")
        window.ends()
        return scores

    def questions(self):
        """To the first one, what a SYN is answered with, one choice is right: 1 of 1, not 0 of 1."""
        scores = [self.guess(choice)[0] for choice in range(len(CHOICES))]
        check(scores[0] == scores[1] == scores[3] != scores[2], "the right answer has no score of its own")

    def dragging(self):
        window = self.view("first-mail", *USUAL)
        window.key("space", "Home")
        before = window.see()
        moved_to = (ALICE[0] + 120, ALICE[1] + 10)
        window.drag(ALICE, moved_to)
        window.key("Escape")
        window.click(640, 60) # the pointer leaves the map
        moved = window.see()
        check(differing(before, moved) > 1000, "a host is not where it was dragged to")
        window.key("k")
        window.drag((30, TIME_LINE), (700, TIME_LINE))
        middle = window.see()
        window.drag((700, TIME_LINE), (SIZE[0] - 2, TIME_LINE))
        end = window.see()
        window.drag((1200, TIME_LINE), (2, TIME_LINE))
        window.click(640, 60)
        again = window.see()
        check(len({moved, middle, end}) == 3, "dragging the time line does not move in time")
        check(differing(again, moved) < len(moved) // 1000, f"dragged back to the beginning, {differing(again, moved)} differ")
        window.key("q")
        check(window.ends() == 0, "closed after dragging")
        window = self.view("first-mail", *USUAL)
        window.key("space", "Home")
        window.click(640, 60)
        check(differing(window.see(), moved) < len(moved) // 1000, "K does not keep where a host was dragged to")
        window.key("q")
        window.ends()

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

    def gallery_by_mouse(self):
        window = self.view()
        cards = window.see()
        window.turn_wheel(640, 400, up=False)
        check(window.see() != cards, "the wheel does not move the gallery")
        window.turn_wheel(640, 400, up=True)
        window.click(*FIRST_MAIL)
        window.wait_for(lambda: window.title() == "First mail – postroad", "a press on the first card opens nothing")
        window.key("Escape")
        window.wait_for(lambda: window.title() == "Gallery – postroad", "Esc does not come back")
        window.click(*LESSON)
        window.wait_for(lambda: window.title() == "First mail – postroad", "a press on the lesson opens nothing")
        window.key("Home")
        first = window.see()
        window.click(*ON)
        asked = window.see()
        check(differing(asked, first) > 1000, "the button goes on without asking")
        window.click(*ITS_ANSWER)
        told = window.see()
        check(differing(told, asked) > 1000, "an answer is not taken")
        window.key("space")
        window.wait_for(lambda: differing(window.screen.see(), told) > 1000, "after the answer the second step does not come")
        window.click(*BACK)
        window.key("Home")
        window.wait_for(lambda: differing(window.screen.see(), first) < len(first) // 200, "the button does not go back to the first step")
        window.ask_to_close()
        check(window.ends() == 0, "closed in a lesson")

    def clock(self, *words):
        """The clock as a screenshot has it."""
        return part(self.picture(*words, "--show", "map", "--theme", "light"), *CLOCK)

    def loss(self, scenario):
        """When the first packet is lost, as `show` has it."""
        journal = self.folder / "run.journal"
        subprocess.run([self.postroad, "run", scenario, "-o", journal, "--transcript=none"], check=True, capture_output=True)
        shown = subprocess.run([self.postroad, "show", journal, "--kind", "link.drop"], check=True, capture_output=True, text=True).stdout
        hours, minutes, seconds = shown.split()[0].split(":")
        return f"{int(hours) * 3600 + int(minutes) * 60 + float(seconds):.9f} s"

    def times(self):
        """Run until, bookmarks, and the wheel over the time line."""
        window = self.view("lost-segment", *USUAL)
        window.key("space", "Home")
        start = window.see()
        window.key("u")
        check(window.see() != start, "U opens no line")
        window.write("loss")
        window.key("Return")
        then = self.clock("lost-segment", "--at", self.loss("lost-segment"))
        window.wait_for(lambda: part(window.see(), *CLOCK) == then, "run until: it is not when the packet is lost")
        loss = window.see()
        window.key("b")
        marked = window.see()
        check(part(marked, *LINE) != part(loss, *LINE), "a bookmark is not seen on the time line")
        window.key("End")
        check(part(window.see(), *CLOCK) != part(loss, *CLOCK), "End does not go to the end")
        window.key("bracketleft")
        window.wait_for(lambda: part(window.see(), *CLOCK) == part(loss, *CLOCK), "[ does not go back to the bookmark")
        window.key("b")
        window.turn_wheel(640, TIME_LINE, up=True)
        near = window.see()
        check(part(near, *LINE) != part(loss, *LINE) and part(near, *CLOCK) == part(loss, *CLOCK), "the wheel does not zoom the time line")
        for _ in range(2): # near an end of the run the first notch inwards went further, so that its instant could stay
            window.turn_wheel(640, TIME_LINE, up=False)
        window.click(640, 60) # the pointer leaves the time line
        check(part(window.see(), *LINE) == part(loss, *LINE), "the wheel back does not show the whole time")
        window.key("q")
        check(window.ends() == 0, "closed after run until")

    def inside_the_views(self):
        """A bar of the queue, and a part of why late, are pressed."""
        window = self.view("greylisting", "--show", "-50(queue,dialogue)", "--theme", "light")
        window.key("space", "End")
        end = window.see()
        window.click(*ATTEMPT)
        at_it = window.see()
        check(part(at_it, *CLOCK) != part(end, *CLOCK), "a press on an attempt does not go to it")
        window.click(*ATTEMPT)
        window.wait_for(lambda: part(window.see(), *AXIS) != part(at_it, *AXIS), "a second press does not show its time alone")
        window.key("q")
        check(window.ends() == 0, "closed after the queue")
        window = self.view("lost-segment", "--show", "why-late", "--theme", "light")
        window.key("space", "End")
        end = window.see()
        window.click(*PART)
        near = window.see()
        check(part(near, *LINE) != part(end, *LINE) and part(near, *CLOCK) != part(end, *CLOCK), "a press on a part does not show its time")
        window.key("q")
        check(window.ends() == 0, "closed after a part of why late")
        window = self.view("lost-segment", "--show", "why-late", "--theme", "light")
        window.key("space", "End")
        window.click(*LOST)
        check(part(window.see(), *CLOCK) == self.clock("lost-segment", "--at", self.loss("lost-segment")), "a press on the loss does not go to it")
        window.key("q")
        check(window.ends() == 0, "closed after why late")
        window = self.view("first-mail", *USUAL) # as other steps expect it
        window.key("q")
        window.ends()

    def lost_display(self):
        """The X server is killed under the window: said in our words, and what the user has done is kept."""
        folder = self.folder / "lost"
        folder.mkdir()
        with Screen(SIZE) as place:
            window = Judge(self.postroad, self.scenarios, folder, place).view("first-mail", *USUAL, "--look-at", "#576")
            window.key("space", "Home")
            before = window.see()
            window.click(*IT_HAD_NOT_BEEN_LOST)
            window.see_other(before)
            window.key("t")
            place.x11.close()
            place.server.kill()
            place.server.wait()
            check(window.ends() == 1, "the display is lost: the exit code")
            said = window.child.stderr.read().decode()
            check("the display is gone" in said and "first-mail-what-if.json" in said and "X connection" not in said, f"the display is lost: {said}")
        saved = folder / "first-mail-what-if.json"
        check(saved.exists() and any("spare" in fault for fault in json.loads(saved.read_text())["faults"]), "what if was not saved")
        kept = (folder / ".config/postroad/window.json").read_text()
        check("dark" in kept, f"how the window was left is not kept: {kept}")
        with Screen(SIZE) as place:
            judge = Judge(self.postroad, self.scenarios, folder / "bin", place)
            window = judge.view()
            place.x11.close()
            place.server.kill()
            check(window.ends() == 1 and b"the display is gone" in window.child.stderr.read(), "the display is lost under the gallery")

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
        for step in sys.argv[3:] or ("gallery", "views", "edits", "inspector", "questions", "dragging", "lesson", "gallery_by_mouse", "times", "inside_the_views", "lost_display", "wireshark"):
            try:
                getattr(judge, step)()
            except RuntimeError as error:
                check(False, f"{step}: {error}")
    if failures:
        sys.exit(f"{len(failures)} checks failed")
    print("the window does what it should")


main()
