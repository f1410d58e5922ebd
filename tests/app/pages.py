#!/usr/bin/env python3
"""Reads what the pages tell a person to type, for test_readme.sh. One line of output for each thing found.

    pages.py commands PAGE...      PAGE:LINE <tab> command      a line of a shell block, or `postroad ...` in a text
    pages.py tries README          FILE <tab> arguments         the last column of the table of scenarios
    pages.py json FOLDER PAGE...   writes each block of JSON into a file of FOLDER, and says which is a whole scenario
    pages.py outputs FOLDER PAGE...  PAGE:LINE <tab> command <tab> FILE  with the output that a page shows below "$ command"
"""
import json
import pathlib
import re
import sys

PROGRAMS = ("postroad", "./run", "tshark")


def blocks(page):
    """(language, line of its first line, lines) of each block, fenced or indented."""
    lines = pathlib.Path(page).read_text().splitlines()
    fence, begin, after_blank = None, 0, True
    for number, line in enumerate(lines):
        if line.startswith("```"):
            if fence is None:
                fence, begin = line[3:].strip(), number + 1
            else:
                yield fence, begin + 1, lines[begin:number]
                fence = None
        elif fence is None and line.startswith("    ") and after_blank and not line.lstrip().startswith("|"):
            yield "indented", number + 1, [line[4:]]
            continue
        after_blank = not line.strip()


def commands(page):
    whole = pathlib.Path(page).read_text()
    for language, first, lines in blocks(page):
        if language not in ("", "indented"):
            continue
        for number, line in enumerate(lines):
            command = re.sub(r"\s{2,}\S.*$", "", line.removeprefix("$ ")).strip()
            if command.startswith(PROGRAMS):
                yield f"{page}:{first + number}", command
    for found in re.finditer(r"`((?:postroad|\./run)(?: [^`]*)?)`", whole):
        line = whole.count("\n", 0, found.start()) + 1
        yield f"{page}:{line}", " ".join(found.group(1).split())


def tries(page):
    for row in pathlib.Path(page).read_text().splitlines():
        file = re.match(r"\| \[([a-z0-9-]+\.json)\]", row)
        if not file:
            continue
        cell, before = row.strip().strip("|").rsplit(" | ", 1)[1], None
        for found in re.finditer(r"(add )?`(--[^`]*)`", cell):
            arguments = found.group(2) if not found.group(1) else f"{before} {found.group(2)}"
            yield file.group(1), arguments
            before = arguments


def json_blocks(folder, page):
    for language, first, lines in blocks(page):
        if language != "json":
            continue
        text = "\n".join(lines)
        file = pathlib.Path(folder) / f"{pathlib.Path(page).stem}-{first}.json"
        try:
            json.loads(text)
        except ValueError:
            text = "{" + text + "}"
            json.loads(text)
        file.write_text(text)
        yield f"{page}:{first}", "scenario" if '"postroad"' in text else "part", str(file)


def outputs(folder, page):
    for language, first, lines in blocks(page):
        if not lines or not lines[0].startswith("$ "):
            continue
        file = pathlib.Path(folder) / f"{pathlib.Path(page).stem}-{first}.out"
        file.write_text("\n".join(lines[1:]) + "\n")
        yield f"{page}:{first}", lines[0][2:], str(file)


def main():
    what, *arguments = sys.argv[1:]
    if what in ("json", "outputs"):
        folder, *pages = arguments
        found = (row for page in pages for row in (json_blocks if what == "json" else outputs)(folder, page))
    else:
        found = (row for page in arguments for row in (commands if what == "commands" else tries)(page))
    for row in found:
        print("\t".join(row))


main()
