#!/usr/bin/env python3
"""judge_page POSTROAD SCENARIOS: a real browser opens what `postroad export -o page.html` makes, and does what a class does.

Skipped (77), in so many words, where Chromium is not installed."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import browser
from browser import Browser

HOSTILE = "</script><script>hacked=1</script><img src=x onerror=hacked=2>\u2028 & \"quoted\" <!--"
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED", what)


def equal(got, expected, what):
    check(got == expected, f"{what}: {got!r} is not {expected!r}")


def text(page, selector):
    return page.evaluate(f"(document.querySelector({json.dumps(selector)}) || {{}}).textContent || ''").replace("\u00a0", " ")


def telling(page):
    return text(page, "#clock"), text(page, "#sentence"), page.evaluate("document.querySelectorAll('ol.dialogue li').length")


def quiet(page, what):
    equal(page.complaints, [], f"{what}: the console")
    equal([url for url in page.requests if not url.startswith("file:")], [], f"{what}: the network")
    equal(len(page.requests), 1, f"{what}: files that are loaded")


def go_to_the_loss(page):
    page.key("Home")
    for _ in range(400):
        if page.evaluate("document.querySelectorAll('.map .death').length"):
            return True
        page.key("ArrowRight", "Shift")
    return False


def steps_both_ways(page):
    begin, drawn = page.screenshot(), page.evaluate("document.querySelector('main').innerHTML")
    seen = [telling(page)]
    for _ in range(30):
        page.key("ArrowRight")
        seen.append(telling(page))
    check(page.screenshot() != begin, "thirty steps change the picture")
    check(len(set(seen)) > 20, "each step tells something")
    for expected in reversed(seen[:-1]):
        page.key("ArrowLeft")
        equal(telling(page), expected, "one step back")
    check(page.evaluate("document.querySelector('main').innerHTML") == drawn, "back at the beginning, other things are drawn")


def sees_the_loss(page):
    check(go_to_the_loss(page), "no packet dies on the map")
    check("lost by chance" in text(page, ".map .words"), "the reason is not beside the cross on the map")
    check("lost by chance" in text(page, ".ladder"), "the reason is not in the ladder")
    page.key("ArrowRight")
    check("A packet is lost" in text(page, "#caption"), f"the caption: {text(page, '#caption')}")
    check(text(page, "#cite").startswith("RFC 9293"), f"the section: {text(page, '#cite')}")
    place = page.evaluate("(({x, y, width, height}) => [x + width / 2, y + height / 2])"
                          "(document.querySelector('.map .death').getBoundingClientRect())")
    page.click(*place)
    check("lost by chance" in text(page, ".look .fate"), "a click does not tell what became of the packet")
    check(page.evaluate("document.querySelectorAll('.causes button').length") > 1, "a lost packet has no causes")
    before = text(page, "#clock")
    page.key("c")
    check(text(page, "#clock") < before, "the cause is not earlier")
    page.key("Escape")
    check(page.evaluate("document.querySelector('.look').hidden"), "Escape does not close what is looked at")


def is_played(page):
    page.key("Home")
    page.key(" ")
    page.wait_for("document.querySelector('#clock').textContent > '00:00:01'")
    page.key(" ")
    stands = telling(page)
    page.evaluate("new Promise(done => setTimeout(done, 200))")
    equal(telling(page), stands, "paused")
    page.key("End")
    check(page.evaluate("currentStep() === steps.length - 1"), "End is not the last step")
    check("picked up" in text(page, ".queue"), f"the end of the mail in the queues: {text(page, '.queue')}")
    ends = telling(page)
    page.key("Home")
    page.evaluate("seekScreen(screenTotal / 3)")
    page.evaluate("seekScreen(screenTotal)")
    equal(telling(page), ends, "dragged to the end")
    box = page.evaluate("(({x, y, width, height}) => [x + width / 4, y + height / 2])"
                        "(document.querySelector('.timeline').getBoundingClientRect())")
    page.click(*box)
    check("00:00:00" < text(page, "#clock") < ends[0], "a press on the time line goes there")


def the_mail_is_an_envelope(page):
    page.key("Home")
    hosts = set()
    for _ in range(60):
        page.key("ArrowRight", "Control")
        hosts.add(page.evaluate("[...document.querySelectorAll('.map .envelope')].map(e => e.getAttribute('aria-label') + e.getAttribute('transform')).join()"))
    check(len(hosts) >= 4, f"the mail rests in {hosts}")


# At instants of the packets themselves and at even ones: what lies on an icon, on a name or on what is said below it.
OVERLAPS = """(() => {
  const box = node => node.getBoundingClientRect(), found = [];
  const deep = (a, b) => Math.min(Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top));
  const some = (list, most) => list.filter((_, i) => i % Math.ceil(list.length / most) === 0);
  const even = Array.from({ length: 60 }, (_, i) => worldAt(screenTotal * (i + 1) / 61));
  const theirs = hops.flatMap(hop => [hop.sent, (hop.sent + hop.begins) / 2, hop.begins, (hop.begins + hop.arrives) / 2, hop.arrives]).filter(at => at < Infinity);
  let seen = 0;
  for (const at of [...LATEST, ...even, ...some(theirs, 100)]) {
    Object.assign(now, { at, event: Infinity, screen: screenAt(at) });
    for (const fold of world) fold.to(now);
    views.map.draw(now);
    const packets = [...document.querySelectorAll('.map .packets > [role=button]')], names = [...document.querySelectorAll('.map .naming text')];
    const still = [...document.querySelectorAll('.map .host')].map(host => host.firstElementChild).concat(names.filter(name => name.textContent));
    const boxes = still.map(node => [box(node), node.textContent || `the icon of ${node.parentNode.getAttribute('aria-label')}`]);
    for (const packet of packets) for (const [other, name] of boxes)
      if (deep(box(packet), other) > 1.5) found.push(`${clockText(at)}: ${packet.getAttribute('aria-label')} on ${name}`);
    seen += packets.length;
  }
  return [seen, found];
})()"""
# What has come to light so: where rows of packets that wait lay on names.
FOUND_BEFORE = {"lost-segment": [1.260419, 1.416959, 3.006115], "many-networks": [15.307], "mta-sts": [150.33], "moving-house": [1.4313]}
WITH_PACKETS = ("first-mail", "lost-segment", "many-networks", "five-senders", "greylisting", "pipelining", "loss-in-bursts", "stop-and-wait",
                "moving-house", "mta-sts", "path-mtu", "full-mailbox")
ALONE_TOO = ("first-mail", "lost-segment", "five-senders")


def packets_end_at_hosts(page, path, name):
    """As in the window: at the edge of an icon, and where a name begins; also those that wait in a row."""
    page.open(path)
    latest = json.dumps([round(at * 1e9) for at in FOUND_BEFORE.get(name, [])])
    for key in ("", "1") if name in ALONE_TOO else ("",): # the map among others, where there is less room, and alone
        if key:
            page.key(key)
        seen, found = page.evaluate(OVERLAPS.replace("LATEST", latest))
        equal(found[:4], [], f"{name}, {len(found)} packets on icons or names")
        check(seen > 100, f"{name}: {seen} packets were seen")
        nameless = page.evaluate("hosts.filter(host => !host.label).map(host => host.name)")
        equal(nameless, [], f"{name}: without a name")
    quiet(page, f"packets and hosts of {name}")


# Whether two texts lie on each other, each as it is turned: no line parts them.
LADDER = """(() => {
  const corners = text => {
    const { x, y, width, height } = text.getBBox(), m = text.getScreenCTM(), cut = height * 0.2;
    return [[x, y + cut], [x + width, y + cut], [x + width, y + height - cut], [x, y + height - cut]].map(([a, b]) => [m.a * a + m.c * b + m.e, m.b * a + m.d * b + m.f]);
  };
  const parted = (a, b) => [a, b].some(c => [0, 1].some(i => {
    const n = [c[i + 1][1] - c[i][1], c[i][0] - c[i + 1][0]], along = q => q.map(p => p[0] * n[0] + p[1] * n[1]);
    return Math.max(...along(a)) <= Math.min(...along(b)) || Math.max(...along(b)) <= Math.min(...along(a));
  }));
  const words = [...document.querySelectorAll('.ladder text.label, .ladder text.word')].filter(text => text.textContent).map(text => [text.textContent, corners(text)]);
  const on = words.flatMap(([a, box], i) => words.slice(i + 1).filter(([, other]) => !parted(box, other)).map(([b]) => `${a} on ${b}`));
  const arrows = [...document.querySelectorAll('.ladder .arrow')].map(line => [line.parentNode.getAttribute('aria-label'), ...['y1', 'y2'].map(y => Number(line.getAttribute(y)))]);
  return [arrows, on, words.length];
})()"""


def ladder_opens_time(page, path):
    """Where packets follow each other closely each has an arrow of its own: ten duplicate acknowledgements are ten arrows."""
    page.open(path)
    page.key("3")
    page.evaluate("seekScreen(screenAt(2.005e9))")
    arrows, on, labelled = page.evaluate(LADDER)
    acks = sorted((begin, end) for name, begin, end in arrows if name == "ACK 3013")
    apart = [min(b[0] - a[0], b[1] - a[1]) for a, b in zip(acks, acks[1:])]
    check(len(acks) >= 10, f"{len(acks)} duplicate acknowledgements in sight")
    check(min(apart, default=0) >= 9, f"the arrows are apart by {apart}")
    equal(on, [], "words of the ladder on each other")
    check(labelled >= 5, f"{labelled} arrows have words")
    again = page.evaluate("[...document.querySelectorAll('.ladder .arrow.again')].map(line => line.parentNode.querySelectorAll('.stamp rect').length)")
    check(again and set(again) == {2}, f"a retransmission begins with a framed square in the ladder: {again}")
    equal(page.evaluate("[...document.querySelectorAll('.ladder .arrow:not(.again)')].filter(line => line.parentNode.querySelectorAll('.stamp rect').length > 1).length"),
          0, "others do not")
    check(page.evaluate("document.querySelectorAll('.timeline .again').length") == 1, "it is framed on the time line, too")
    page.key("3")
    for part in range(1, 41):
        page.evaluate(f"seekScreen(screenTotal * {part} / 40)")
        equal(page.evaluate(LADDER)[1], [], f"words of the ladder on each other, {text(page, '#clock')}")
    quiet(page, "the ladder")


def leaves_together(page, path):
    """What leaves at the same instant is one thick arrow with its number until it can be told apart."""
    page.open(path)
    page.evaluate("seekScreen(screenAt(1.2614e9))")
    together = page.evaluate("[...document.querySelectorAll('.ladder .together')].map(g => [g.textContent, Number(getComputedStyle(g.querySelector('.thick')).strokeWidth.replace('px', ''))])")
    equal(together, [["10 packets", 5]], "ten segments leave at once")
    check(page.evaluate("document.querySelectorAll('.ladder .arrow').length") < 20, "they have no other arrows then")
    page.evaluate("document.querySelector('.ladder .together').dispatchEvent(new PointerEvent('pointerdown'))")
    equal(page.evaluate("closely.at.what"), "packet", "a press looks at one of them")
    equal(page.evaluate("[document.querySelectorAll('.ladder .together').length]"), [1], "the others are still together")
    page.key("Escape")
    page.evaluate("seekScreen(screenAt(1.29e9))")
    equal(page.evaluate("document.querySelectorAll('.ladder .together').length"), 0, "later they are apart")
    quiet(page, "what leaves together")


# As in the window: a name stands on no wire, and nearest to its own host, or a line leads to it.
NAMES = """(() => {
  const on = hosts.filter(host => views.map.plan.isOnWire(host.label.box)).map(host => host.name);
  const far = hosts.filter(host => Math.abs(leaderOf(host, host.label.box).from.y - leaderOf(host, host.label.box).to.y) > 12);
  return [on, far.length, document.querySelectorAll('.map .leader').length];
})()"""


def names_stand_free(page, paths):
    seen = 0
    for name, path in paths:
        page.open(path)
        on, far, lines = page.evaluate(NAMES)
        equal(on, [], f"{name}: names on wires")
        check(lines >= far, f"{name}: {far} names are far off, and {lines} lines lead to names")
        seen += lines
    check(seen > 0, "no name is far off anywhere")
    page.requests.clear()


FEW_HOSTS = ("path-mtu", "greylisting", "stop-and-wait", "mta-sts", "backup-mx", "loss-in-bursts")
UNBOUND = r"""(() => {
  const found = new Set(), unit = /\d (?:ns|µs|us|ms|s|min|h|d|%|B|bytes|kB|bit\/s|kbit\/s|Mbit\/s|Gbit\/s|MB|GB)(?!\p{L})/u;
  for (let part = 0; part <= 30; part++) {
    seekScreen(screenTotal * part / 30);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) if (!walker.currentNode.parentNode.closest('script') && unit.test(walker.currentNode.data)) found.add(walker.currentNode.data);
  }
  return [...found].slice(0, 5);
})()"""


def binds_units(page, path):
    """A number is never parted from its unit at the end of a line."""
    page.open(path)
    for key in ("1", "2", "3", "4", "5", "6"):
        page.key(key)
        equal(page.evaluate(UNBOUND), [], f"numbers without their units, view {key}")
        page.key(key)
    equal(page.evaluate("bound('after 4 min 50 s, 10 msgs of 250 SIZE 3 bytes')"), "after 4\u00a0min\u00a050\u00a0s, 10 msgs of 250 SIZE 3\u00a0bytes",
          "what is bound")
    quiet(page, "units")


def tells_the_time_of_day(page, path, expected):
    page.open(path)
    equal(text(page, "#day"), expected, "the time of day")


def tells_why_late(page, path):
    """The chain from the mail to the lost packet, with sums that add up to the delay, exactly."""
    page.open(path)
    page.key("5")
    check("m1 reached bob@b.example after 1.155 s" in text(page, "div.why"), f"the heading: {text(page, 'div.why')}")
    whole = page.evaluate("whyWhole.get(0).ns")
    equal(page.evaluate("letters[0].end - letters[0].at"), whole, "the whole is the delay")
    equal(page.evaluate("whySums.filter(s => s.letter === 0 && s.stage >= 0).reduce((sum, s) => sum + s.ns, 0)"), whole, "the sums")
    parts = page.evaluate("whyParts.filter(p => p.letter === 0).reduce((sum, p) => sum + p.ns, 0)")
    shorter = page.evaluate("whySums.filter(s => s.letter === 0 && s.stage < 0).reduce((sum, s) => sum + s.ns, 0)")
    equal(parts + shorter, whole, "the parts")
    rows = page.evaluate("[...document.querySelectorAll('.chain li')].map(row => row.textContent.replaceAll('\\u00a0', ' '))")
    lost = next((row for row in rows if "lost" in row or "dropped" in row), "")
    check("third duplicate ack" in lost and "78.46 ms" in lost, f"the loss and what it cost: {rows}")
    check("hands it over" in rows[rows.index(lost) - 1], "the loss stands below the part that it made longer")
    page.evaluate("document.querySelector('.chain .lost').click()")
    check(page.evaluate("steps[currentStep()].sort === SORT.LOSS"), "a press on the loss does not go to it")
    check("lost" in text(page, ".look-body") or "dropped" in text(page, ".look-body"), "nor look at it")
    for _ in range(2):
        page.key("Escape")
    page.evaluate("look({what: 'mail', index: 0})")
    page.evaluate("[...document.querySelectorAll('.look button')].find(b => b.textContent === words.why).click()")
    check(page.evaluate("document.querySelector('.panel.why').offsetWidth > 0"), "a mail that is looked at does not lead there")
    equal(page.evaluate("document.querySelector('main').scrollHeight <= document.querySelector('main').clientHeight + 1"), True, "no panel is too high")
    quiet(page, "why late")


def walks_through_names(page, path):
    """From the root down to the answer, and what is remembered of it."""
    page.open(path)
    page.key("6")
    check("No name has been asked for yet" in text(page, ".names .walk"), f"before: {text(page, '.names .walk')}")
    first = page.evaluate("lines.find(l => l.walk >= 0).walk")
    steps = page.evaluate(f"lines.filter(l => l.walk === {first}).length")
    check(steps >= 8, f"a walk of {steps} lines")
    page.evaluate(f"seekStep(stepOfEvent.get(lines.filter(l => l.walk === {first}).at(-1).event))")
    shown = text(page, ".names .walk")
    for host in ("alice-pc", "resolver", "a.root-servers.net", "a.nic.example", "ns1.a.example"):
        check(host in shown, f"{host} is not on the way: {shown}")
    equal(page.evaluate("document.querySelectorAll('.names path.step').length"), steps, "arrows")
    check("mail.a.example A" in text(page, ".names .cache"), f"remembered: {text(page, '.names .cache')}")
    left = page.evaluate("[...document.querySelectorAll('.names .cache .mono')].map(e => parseInt(e.textContent))")
    page.key("End")
    later = page.evaluate("[...document.querySelectorAll('.names .cache .mono')].map(e => parseInt(e.textContent))")
    check(max(later) < max(left), "times to live do not run down")
    quiet(page, "names")


def has_names_for_all(page):
    """Each thing that can be pressed says what it is, and is reached by the keyboard."""
    page.key("Home")
    page.evaluate("seekScreen(screenTotal / 2)")
    nameless = page.evaluate("[...document.querySelectorAll('button, input, [role=button]')].filter(e => !e.closest('[hidden]') && "
                             "!(e.getAttribute('aria-label') || e.textContent || e.title)).map(e => e.outerHTML)")
    equal(nameless, [], "without a name")
    check(page.evaluate("document.querySelector('#sentence').getAttribute('aria-live')") == "polite", "what happens is read out")
    check(page.evaluate("document.documentElement.lang") == "en", "the language")
    check(page.evaluate("document.querySelector('#time').getAttribute('aria-valuetext')").startswith("00:00:0"), "the time is told")
    reached = set()
    page.evaluate("document.activeElement.blur()")
    for _ in range(60):
        page.key("Tab")
        reached.add(page.evaluate("document.activeElement.className.baseVal ?? document.activeElement.className"))
    for what in ("host", "wire", "control play"):
        check(any(what in name for name in reached), f"Tab does not reach {what}")


def fits(page, what):
    """Nothing is cut off at the sides: names, words and labels are within their panels, and names on none of each other."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    check(wide <= 0, f"{what}: {wide} pixels too wide")
    out = page.evaluate("""[...document.querySelectorAll('.map svg text')].filter(t => t.textContent && t.getBoundingClientRect().width).filter(t => {
        const a = t.getBoundingClientRect(), b = t.ownerSVGElement.getBoundingClientRect();
        return a.left < b.left - 1 || a.right > b.right + 1 || a.top < b.top - 2 || a.bottom > b.bottom + 2; }).map(t => t.textContent)""")
    equal(out, [], f"{what}: cut off")
    over = page.evaluate("""(() => { const names = [...document.querySelectorAll('.map .naming .name')].map(t => [t.textContent, t.getBoundingClientRect()]);
        return names.flatMap(([n, a], i) => names.slice(i + 1).filter(([, b]) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2)
          .map(([m]) => n + ' on ' + m)); })()""")
    equal(over, [], f"{what}: names on each other")


def colours(page):
    return page.evaluate("[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector('#top')).color].join()")


def judge_first_mail(path, lost, names):
    with Browser() as page:
        page.open(path)
        equal(page.evaluate("document.title"), "First mail", "the title")
        steps_both_ways(page)
        sees_the_loss(page)
        is_played(page)
        the_mail_is_an_envelope(page)
        has_names_for_all(page)
        fits(page, "1280x800")
        light = colours(page)
        page.key("t")
        dark = colours(page)
        check(light != dark, "T changes the theme")
        page.key("?")
        check(page.evaluate("document.querySelector('#help').open"), "? shows the keys")
        page.key("Escape")
        page.key("3")
        check(page.evaluate("document.querySelectorAll('main .panel').length - [...document.querySelectorAll('main .panel')].filter(p => !p.offsetWidth).length") == 1,
              "a view is shown alone")
        quiet(page, "first mail")
    with Browser() as page:
        tells_why_late(page, lost)
    with Browser() as page:
        walks_through_names(page, names)
    for size in ((1920, 1080), (3840, 2160)):
        with Browser(size=size) as page:
            page.open(path)
            go_to_the_loss(page)
            fits(page, size)
    with Browser(dark=True) as page:
        page.open(path)
        equal(colours(page), dark, "as the browser wishes: dark")
    with Browser(size=(390, 844), phone=True) as page:
        page.open(path)
        go_to_the_loss(page)
        check("lost by chance" in text(page, ".map .words"), "on a phone: the reason is not beside the cross")
        fits(page, "a phone")
        quiet(page, "a phone")
    with Browser(calm=True) as page:
        page.open(path)
        page.key("ArrowRight")
        page.key(" ")
        places = set()
        for _ in range(25):
            places.add(text(page, "#sentence"))
            time.sleep(0.1)
        check(2 <= len(places) <= 4, f"with less motion it goes step by step: {len(places)} pictures in 2.5 s")


ENVELOPES = """(() => Object.fromEntries([...document.querySelectorAll('.queue .lookable')].filter(row => row.querySelector('title')
  && row.firstChild.dataset && row.firstChild.dataset.sign).map(row => [row.textContent.split(' ')[0], row.firstChild.dataset.sign])))()"""


def tells_reports(page, reports, copies):
    """Only what comes back because it did not arrive is a bounce: a receipt is a mail, the report of a delay says so; and of a
    mail that came twice both copies are counted."""
    page.open(reports)
    page.key("End")
    equal(page.evaluate(ENVELOPES), {"order": "mail", "plain": "mail", "silent": "mail", "order-delayed": "delay",
                                     "plain-delayed": "delay", "order-receipt-2": "mail"}, "envelopes in the queue")
    check("mail picked up" in page.evaluate("[...document.querySelectorAll('.map [data-sign]')].map(n => n.dataset.sign)"),
          "a mail that was picked up is not open")
    page.open(copies)
    page.key("End")
    said = page.evaluate("hosts.map(host => hostWords(host, {at: endOfRun})[0]).join('; ')")
    check(", 2 copies" in said, f"copies are not counted: {said}")


def judge_hostile(postroad, scenarios, folder):
    """What the writer of a scenario or mail wrote stays text, wherever it is shown."""
    scenario = json.loads((scenarios / "first-mail.json").read_text())
    scenario["title"] = HOSTILE
    scenario["mail"]["m1"]["subject"] = HOSTILE.replace("\u2028", "")
    scenario["story"] = [{"on": "first mail.compose", "say": HOSTILE}]
    del scenario["expect"]
    (folder / "hostile.json").write_text(json.dumps(scenario))
    path = folder / "hostile.html"
    subprocess.run([postroad, "export", folder / "hostile.json", "-o", path], check=True)
    source = path.read_text()
    equal(len(re.findall("<script", source)), 2, "scripts in the page")
    check("hacked=1</script>" not in source and "<img" not in source, "the title came into the page as it was")
    with Browser() as page:
        page.open(path)
        equal(page.evaluate("document.title").split(), HOSTILE.split(), "the title is text")
        for _ in range(12):
            page.key("ArrowRight", "Control")
        page.evaluate("look({what: 'mail', index: 0})")
        check("<img src=x onerror=hacked=2>" in text(page, ".look"), "the subject is shown as it was written")
        page.evaluate("seekScreen(screenAt(1e9) + 1)")
        check("<script>" in text(page, "#caption"), "the caption is shown as it was written")
        equal(page.evaluate("[typeof hacked, document.images.length, document.scripts.length].join()"), "undefined,0,2", "nothing ran")
        # And if something did come in, it would not be let run.
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<svg onload=\"hacked=3\"></svg>')")
        page.evaluate("document.head.append(Object.assign(document.createElement('script'), {textContent: 'hacked=4'}))")
        equal(page.evaluate("typeof hacked"), "undefined", "the policy of the page")
        equal(len(page.requests), 1, "files that are loaded")


def judge_all(postroad, scenarios, folder):
    """Every scenario's page opens without complaint, is gone through, and nothing is cut off in the middle of it."""
    with Browser() as page:
        for scenario in sorted(scenarios.glob("*.json")):
            if scenario.name.endswith(".schema.json"):
                continue
            path = folder / "any.html"
            subprocess.run([postroad, "export", scenario, "-o", path], check=True, stderr=subprocess.DEVNULL)
            page.open(path)
            for part in (0.3, 0.7, 1):
                page.evaluate(f"seekScreen(screenTotal * {part})")
            page.key("ArrowLeft")
            page.key("Enter")
            equal(page.complaints, [], f"{scenario.name}: the console")
            page.complaints.clear()
            fits(page, scenario.name)
            cut = page.evaluate("captions.filter(c => { seekScreen(screenAt(c.at) + 1); const top = document.querySelector('#top'); "
                                "return top.scrollHeight > top.clientHeight; }).map(c => c.text)")
            equal(cut, [], f"{scenario.name}: captions without room")
            page.evaluate("seekScreen(screenTotal)")
            equal(page.evaluate("[...document.querySelectorAll('ol.dialogue time')].filter(t => t.offsetHeight > 24).length"), 0, f"{scenario.name}: a time in two lines")


def main():
    if not browser.program():
        print("skipped: no Chromium is installed; on Debian: apt-get install chromium")
        sys.exit(77)
    postroad, scenarios = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        subprocess.run([postroad, "export", scenarios / "first-mail.json", "-o", folder / "first.html"], check=True)
        for name, scenario in (("lost", "lost-segment"), ("names", "dns-tree")):
            subprocess.run([postroad, "export", scenarios / f"{scenario}.json", "-o", folder / f"{name}.html"], check=True)
        judge_first_mail(folder / "first.html", folder / "lost.html", folder / "names.html")
        with Browser() as page:
            for name in WITH_PACKETS:
                subprocess.run([postroad, "export", scenarios / f"{name}.json", "-o", folder / "packets.html"], check=True)
                packets_end_at_hosts(page, folder / "packets.html", name)
                page.requests.clear()
            ladder_opens_time(page, folder / "lost.html")
            page.requests.clear()
            leaves_together(page, folder / "lost.html")
            page.requests.clear()
            binds_units(page, folder / "lost.html")
            page.requests.clear()
            few = [("first-mail", folder / "first.html"), ("lost-segment", folder / "lost.html")]
            for name in FEW_HOSTS:
                subprocess.run([postroad, "export", scenarios / f"{name}.json", "-o", folder / f"{name}.html"], check=True)
                few.append((name, folder / f"{name}.html"))
            names_stand_free(page, few)
        scenario = json.loads((scenarios / "first-mail.json").read_text()) | {"starts": "2025-03-03T07:30:00Z"}
        (folder / "monday.json").write_text(json.dumps(scenario))
        subprocess.run([postroad, "export", folder / "monday.json", "-o", folder / "monday.html"], check=True)
        for name, scenario in (("reports", "reports"), ("copies", "duplicate-after-lost-250")):
            subprocess.run([postroad, "export", scenarios / f"{scenario}.json", "-o", folder / f"{name}.html"], check=True)
        with Browser() as page:
            tells_reports(page, folder / "reports.html", folder / "copies.html")
        with Browser() as page:
            tells_the_time_of_day(page, folder / "first.html", "")
            tells_the_time_of_day(page, folder / "monday.html", "07:30 on Monday")
        judge_hostile(postroad, scenarios, folder)
        judge_all(postroad, scenarios, folder)
    if failures:
        sys.exit(f"{len(failures)} checks failed")
    print("the page does what it should")


main()
