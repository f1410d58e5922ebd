"""What results files hold, in canonical order, as a judge from outside reads it: python3 dump.py RESULTS.db...

Of several files all rows together, so that the parts of a study can be compared with the whole; a row that stands in two
of them is told. Times of day, places and row numbers are in no table.
"""

import sqlite3
import sys


def rows_of(path):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    texts = dict(db.execute("SELECT point, key || ' ' || text FROM points"))
    for table in ("runs", "mails", "attempts", "queues"):
        for row in db.execute("SELECT * FROM " + table):
            yield (table, texts[row[0]], row[1:])
    for point, pointer, value in db.execute(
            "SELECT point, pointer, value FROM point_values JOIN pointers USING (nth)"):
        yield ("values", texts[point], (pointer, value))
    db.close()


def main():
    seen = {}
    for path in sys.argv[1:]:
        for row in rows_of(path):
            if row[0] != "values" and row in seen and seen[row] != path:
                print("twice:", row)
            seen[row] = path
    for row in sorted(seen, key=repr):
        print(row)


main()
