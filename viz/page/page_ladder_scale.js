/* Where an instant stands along the ladder, as in the window (viz/draw/ladder_scale.c): time runs as the pace has it,
   without the stands, and is opened where packets of one way leave or arrive so close behind each other that nobody
   could count their arrows. Where that would be a picture of nothing else, it stays closed, and smoothly so. */
const PIXELS_A_SECOND = 54,
  APART = 13,
  MOST_OF_WHOLE = 5,
  TOO_MANY = 4000;

const closedPx = at => (ladderAt(at) / 1000) * PIXELS_A_SECOND;
for (const packet of packets) {
  packet.sentPx = closedPx(packet.sent);
  packet.endPx = packet.end < Infinity ? closedPx(packet.end) : Infinity;
}

class LadderScale {
  /* Neighbours among these arrows are apart by at least APART afterwards; `whole`: how much of the scale they are from. */
  constructor(arrows, whole) {
    this.openings = [];
    if (arrows.length > TOO_MANY) return;
    const ways = new Map(),
      px = new Map(); /* where instants stand while nothing is opened */
    const add = (packet, arrives, at, closed) => {
      const key = `${packet.from} ${packet.to} ${arrives}`;
      if (!ways.has(key)) ways.set(key, []);
      ways.get(key).push(at);
      px.set(at, closed);
    };
    for (const packet of arrows) {
      add(packet, 0, packet.sent, packet.sentPx);
      if (packet.end < Infinity) add(packet, 1, packet.end, packet.endPx);
    }
    const times = [...px.keys()].sort((a, b) => a - b),
      place = new Map(times.map((at, i) => [at, i]));
    const more = times.map(() => 0); /* of the stretch that begins at each */
    for (const way of ways.values()) {
      way.sort((a, b) => a - b);
      for (let i = 0; i + 1 < way.length; i++) LadderScale.openBetween(times, px, place, more, way[i], way[i + 1]);
    }
    const part = LadderScale.howMuch(
      more.reduce((sum, by) => sum + by, 0),
      whole,
    );
    let before = 0;
    for (let i = 0; i + 1 < times.length && part > 0; i++) {
      if (!more[i]) continue;
      this.openings.push({ from: times[i], to: times[i + 1], more: more[i] * part, before });
      before += more[i] * part;
    }
  }

  /* Between two neighbours time is as long as it must be; where others are there too, as long as the closest need it. */
  static openBetween(times, px, place, more, from, to) {
    const is = px.get(to) - px.get(from);
    if (from === to || is >= APART) return;
    for (let i = place.get(from); times[i] < to; i++)
      more[i] = Math.max(more[i], ((APART - is) * (times[i + 1] - times[i])) / (to - from));
  }

  /* 1: all of it is opened; 0: nothing is. */
  static howMuch(more, whole) {
    return Math.max(0, Math.min(1, 2 - more / (whole * (MOST_OF_WHOLE - 1))));
  }

  px(at, closed = closedPx(at)) {
    let low = 0,
      high = this.openings.length; /* those that begin before it */
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.openings[middle].from < at) low = middle + 1;
      else high = middle;
    }
    if (!low) return closed;
    const { from, to, more, before } = this.openings[low - 1];
    return closed + before + more * Math.min(1, (at - from) / (to - from));
  }
}
