#!/usr/bin/env python3
"""judge_views POSTROAD WINDOW_TWIN [STEP...]: inside each view of the window, on a real (virtual) screen, by real clicks and
keys. Where to press is told by the window's twin (twin.py); after each press something must have changed, and the window
must show what its twin does, pixel for pixel.

Skipped (77), in so many words, where Xvfb or xdotool is not installed."""
import pathlib
import sys
import tempfile

import screen
from screen import Screen
from twin import Pair, SIZE, differing, part

LEFT, RIGHT = (0, 0, SIZE[0] // 2, SIZE[1]), (SIZE[0] // 2, 0, *SIZE) # of two views side by side
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED", what)


class Judge:
    def __init__(self, postroad, twin, folder, place):
        self.postroad, self.twin, self.folder, self.place = postroad, twin, folder, place
        (folder / "bin").mkdir()

    def pair(self, scenario, views):
        return Pair(self.place, self.postroad, self.twin, self.folder, scenario, views)

    def selects(self, pair, act, arg, what):
        state = pair.state()
        check((state["act"], state["arg"]) == (act, arg), f"{what}: {state['act']} {state['arg']} is looked at, not {act} {arg}")

    def map(self):
        """A packet that flies, a host, a wire; Esc looks at nothing."""
        with self.pair("lost-segment", "|50(map,closely)") as pair:
            pair.run_until("loss")
            pair.key("Escape")
            nothing = pair.see()
            for act in ("packet", "host", "link"):
                pair.press("packet" if act == "packet" else act, within=LEFT)
                at_it = pair.see()
                check(pair.state()["act"] == act, f"map: a press on a {act} does not look at it")
                check(part(at_it, *RIGHT) != part(nothing, *RIGHT), f"map: nothing is told of a {act}")
                pair.key("Escape")
            pair.key("Tab")
            check(pair.see() != nothing, "map: Tab goes nowhere")

    def ladder_and_segment(self):
        """An arrow leads to the bytes of its packet; a field to its bytes, a byte to its field."""
        with self.pair("lost-segment", "|50(ladder,segment)") as pair:
            pair.run_until("loss")
            before, lost = pair.see(), pair.state()["lost"]
            self.selects(pair, "packet", lost, "run until the loss")
            arrow = next(arg for _, _, arg in pair.places("packet", LEFT) if arg != lost)
            pair.press("packet", arrow, LEFT)
            self.selects(pair, "packet", arrow, "ladder")
            other = pair.see()
            check(part(other, *RIGHT) != part(before, *RIGHT), "ladder: the segment shows no other packet")
            self.field(pair, "Source Port")
            pair.key("Escape")
            check(pair.see() != other, "ladder: Esc does not look away")

    def field(self, pair, name):
        x, y, width, height, _ = next(word for word in pair.twin.words() if word[4] == name and word[0] > SIZE[0] // 2)
        hexadecimal = min(y for _, y, _, _, text in pair.twin.words() if text == "0000")
        above, below = (SIZE[0] // 2, 100, SIZE[0], hexadecimal - 5), (SIZE[0] // 2, hexadecimal - 5, SIZE[0], SIZE[1] - 100)
        before = pair.see()
        pair.click(x + width // 2, y + height // 2)
        pressed = pair.see()
        check(part(pressed, *below) != part(before, *below), f"segment: the bytes of {name} are not shown")
        field = pair.twin.at(x + width // 2, y + height // 2)[1]
        of_field = [(px, py) for px, py, arg in pair.places("bytes", below) if arg == field]
        others = [(px, py) for px, py, arg in pair.places("bytes", below) if arg != field]
        check(of_field and others, f"segment: no byte leads to {name}")
        pair.click(*others[-1])
        elsewhere = pair.see()
        check(part(elsewhere, *above) != part(pressed, *above), "segment: a byte leads to no field")
        pair.click(*of_field[-1])
        check(part(pair.see(), *above) != part(elsewhere, *above), f"segment: a byte of {name} does not lead to it")

    def dialogue(self):
        """A line goes to its instant."""
        with self.pair("first-mail", "|50(dialogue,closely)") as pair:
            pair.key("End")
            end, now = pair.see(), pair.state()["now"]
            line = pair.press("event", within=LEFT)
            at_it = pair.see()
            self.selects(pair, "event", line, "dialogue")
            check(part(at_it, *RIGHT) != part(end, *RIGHT), "dialogue: nothing is told of the line")
            pair.key("Prior")
            check(pair.see() != at_it and pair.state()["now"] < now, "dialogue: Page Up does not go a line back")

    def names(self):
        """A step of the walk, and what lies in the cache."""
        with self.pair("dns-tree", "|50(names,closely)") as pair:
            pair.key("End")
            end = pair.see()
            for step in (pair.places("event", LEFT)[0][2], pair.places("event", LEFT)[-1][2]):
                pair.press("event", step, LEFT)
                self.selects(pair, "event", step, "DNS")
                at_it = pair.see()
                check(part(at_it, *RIGHT) != part(end, *RIGHT), "DNS: nothing is told of the step")
                end = at_it
            lane = pair.press("host", within=LEFT)
            self.selects(pair, "host", lane, "DNS")
            check(part(pair.see(), *RIGHT) != part(end, *RIGHT), "DNS: nothing is told of who was asked")

    def sender(self):
        """The loss on the curve leads to the packet, a button to another connection."""
        with self.pair("lost-segment", "|50(sender,segment)") as pair:
            pair.run_until("loss")
            pair.key("Escape")
            before, lost = pair.see(), pair.state()["lost"]
            pair.press("packet", lost, LEFT)
            self.selects(pair, "packet", lost, "sender")
            at_loss = pair.see()
            check(part(at_loss, *RIGHT) != part(before, *RIGHT), "sender: the lost packet is not shown")
            pair.press("sender", within=LEFT)
            check(part(pair.see(), *LEFT) != part(at_loss, *LEFT), "sender: no other connection is shown")

    def queue(self):
        """The name of a mail, and an attempt."""
        with self.pair("greylisting", "|50(queue,closely)") as pair:
            pair.key("End")
            end, now = pair.see(), pair.state()["now"]
            mail = pair.press("mail", within=LEFT)
            self.selects(pair, "mail", mail, "queue")
            at_mail = pair.see()
            check(part(at_mail, *RIGHT) != part(end, *RIGHT), "queue: nothing is told of the mail")
            pair.press("attempt", within=LEFT)
            check(pair.see() != at_mail and pair.state()["now"] < now, "queue: an attempt is not gone to")

    def why_late(self):
        """From a part to what it consists of, and back by a key."""
        with self.pair("lost-segment", "why-late") as pair:
            pair.key("End")
            end, now = pair.see(), pair.state()["now"]
            pair.press("interval")
            check(pair.see() != end and pair.state()["now"] < now, "why late: a part is not gone to")
            pair.key("w", "End")
            pair.see()

    def inspector(self):
        """Of a host, a mail: what is told of them leads on."""
        with self.pair("first-mail", "|50(map,closely)") as pair:
            pair.key("End")
            pair.press("host", within=LEFT)
            at_host, now = pair.see(), pair.state()["now"]
            pair.press("go-to-event", within=RIGHT)
            check(pair.see() != at_host, "inspector: a row leads nowhere")
            check(pair.state()["now"] < now, "inspector: the instant of a row is not gone to")
            pair.key("Escape")
            pair.see()

    def what_if(self):
        """The lost packet is spared by a press; both runs, the first difference, and back."""
        with self.pair("lost-segment", "|50(what-if,closely)") as pair:
            pair.run_until("loss")
            before = pair.see()
            pair.press("what-if", 0)
            pair.window.wait_for(lambda: pair.window.see() == pair.twin.picture(), "what if: the world is not run again")
            changed = pair.see()
            check(changed != before and pair.state()["drops"] == 0, "what if: the packet is still lost")
            pair.press("show-run")
            was = pair.see()
            check(was != changed and pair.state()["drops"] == 1, "what if: the run as it was is not shown")
            pair.key("x")
            check(pair.see() != was and pair.state()["drops"] == 0, "what if: X does not show the other run")
            pair.key("End")
            end = pair.see()
            pair.press("go-to-event", within=LEFT)
            check(pair.see() != end, "what if: the first difference is not gone to")
            pair.key("ctrl+z")
            pair.see()
            check(pair.state()["drops"] == 1, "what if: Ctrl Z does not take it back")

    def over_the_views(self):
        """Help, menu and the controls by the mouse; the projector's picture is pressed, too."""
        with self.pair("first-mail", "|50(map,ladder)") as pair:
            usual = pair.see()
            pair.press("help")
            check(pair.see() != usual, "help: the button opens nothing")
            pair.click(SIZE[0] // 2, SIZE[1] // 2) # closes it
            pair.press("menu", within=LEFT)
            menu = pair.see()
            check(menu != usual, "menu: a press on the heading opens nothing")
            pair.press("enlarge")
            check(pair.see() != menu, "menu: a press on the first choice does nothing")
            pair.key("0", "shift+p")
            projected = pair.see()
            pair.press("step")
            check(pair.see() != projected, "projector: the step forward does nothing")
            pair.key("period", "shift+p", "Home")
            pair.see()

    def questions(self):
        """Answered by a key, and gone on by a press; then the other way round."""
        with self.pair("first-mail", "|50(map,dialogue)") as pair:
            pair.key("g", "space")
            pair.twin.tell("play")
            asked = pair.see()
            check(pair.places("answer"), "questions: none comes")
            pair.key("2")
            told = pair.see()
            check(told != asked and not pair.places("answer"), "questions: 2 does not answer")
            pair.press("go-on")
            pair.twin.tell("play")
            check(pair.see() != told, "questions: the button does not go on")
            asked = pair.see()
            pair.press("answer", 0)
            check(pair.see() != asked, "questions: a press does not answer")
            pair.key("g")
            pair.see()


STEPS = ("map", "ladder_and_segment", "dialogue", "names", "sender", "queue", "why_late", "inspector", "what_if", "over_the_views", "questions")


def main():
    lacking = screen.missing()
    if lacking:
        print(f"skipped: {' and '.join(lacking)} not installed; on Debian: apt-get install xvfb xdotool")
        sys.exit(77)
    postroad, twin = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as scratch, Screen(SIZE) as place:
        judge = Judge(postroad, twin, pathlib.Path(scratch), place)
        for step in sys.argv[3:] or STEPS:
            try:
                getattr(judge, step)()
            except (RuntimeError, StopIteration) as error:
                check(False, f"{step}: {error!r}")
    if failures:
        sys.exit(f"{len(failures)} checks failed")
    print("what is pressed inside the views does what it should")


main()
