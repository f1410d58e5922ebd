/* Where everything stands on the map: hosts, their names and piles of mail, links, the lanes of packets, rows of those
   that wait, labels. As in the window (viz/draw/map_plan.c, map_lanes.c): packets touch neither an icon nor a name. */
const STAMP = 7.5,
  SHORT_CUT = 28,
  LONGEST_CUT = 0.35,
  SHOWN_AT_HOST = 3,
  SHOWN_WAITING = 5,
  FARTHEST_ROW = 6,
  FAR_HOSTS = 10 /* of more, there is no room for lines to names */,
  CROWD = 150,
  VERY_MANY = 400,
  LABELLED_LINKS = 60; /* among more, no label would find a place */

const mix = (a, b, part) => ({ x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part });
const distance = (a, b) => Math.hypot(b.x - a.x, b.y - a.y);
const meets = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
const inset = (box, by, byY = by) => ({ x: box.x + by, y: box.y + byY, w: box.w - 2 * by, h: box.h - 2 * byY });
const around = (at, w, h = w) => ({ x: at.x - w / 2, y: at.y - h / 2, w, h });
const apart = (a, b) =>
  Math.hypot(Math.max(0, a.x - b.x - b.w, b.x - a.x - a.w), Math.max(0, a.y - b.y - b.h, b.y - a.y - a.h));

/* The line from a name that stands farther off to its icon: from the nearest edge to the nearest edge. */
function leaderOf(host, box) {
  const into = (at, { x, y, w, h }) => ({
    x: Math.max(x, Math.min(at.x, x + w)),
    y: Math.max(y, Math.min(at.y, y + h)),
  });
  const from = into(host.at, box);
  return { from, to: into(from, host.iconBox) };
}

/* The parts of a line, 0 to 1, between which it runs through a box; null. (Liang and Barsky.) */
function passage(a, b, box) {
  let from = 0,
    to = 1;
  for (const [d, s, low, high] of [
    [b.x - a.x, a.x, box.x, box.x + box.w],
    [b.y - a.y, a.y, box.y, box.y + box.h],
  ]) {
    if (Math.abs(d) < 1e-9) {
      if (s <= low || s >= high) return null;
      continue;
    }
    const t0 = (low - s) / d,
      t1 = (high - s) / d;
    from = Math.max(from, Math.min(t0, t1));
    to = Math.min(to, Math.max(t0, t1));
  }
  return from < to ? [from, to] : null;
}

/* Names without their last parts, where hosts are still told apart by them. */
const shortNames = (() => {
  const short = hosts.map(host => host.name.slice(0, Math.max(0, host.name.lastIndexOf('.'))) || host.name);
  return new Set(short).size === hosts.length ? short : hosts.map(host => host.name);
})();

/* What may have to be said below a name in this run, the longest of it. */
const sayings = (() => {
  const all = hosts.map(() => new Set());
  for (const { host, up, text } of hostChanges) all[host].add(up ? text : words.down);
  for (const { host, state, next } of states) {
    if (host < 0) continue;
    const [one, two] =
      state === STATE.OUTBOX || state === STATE.PICKED_UP ? [words.outbox, words.read] : [words.inQueue, words.mailbox];
    all[host].add(`${one} 1 · ${two} 1`);
    if (next > 0) all[host].add(`${words.nextTryIn} 59:59`);
  }
  return all.map(said => [...said].filter(text => text));
})();
const holdsMail = hosts.map(
  ({ index }) => states.some(state => state.host === index) || transfers.some(t => t.from === index || t.to === index),
);

/* How a map can be drawn, the best first: with smaller icons and letters, with room above the uppermost hosts; where that
   does not help without what the hosts hold, then without the last parts of names. */
const waysToDraw = (() => {
  const ways = [];
  for (const [terse, short, worse] of [
    [false, false, 0],
    [true, false, 0.5],
    [true, true, 0.8],
  ])
    for (const smaller of [0, 1, 2, 3])
      for (const icons of [1, 0.8, 0.62])
        for (const above of [0, 1, 2])
          ways.push({
            terse,
            short,
            smaller,
            icons,
            above,
            cost: worse + smaller * 0.1 + (1 - icons) * 0.4 + above * 0.04,
          });
  return ways.sort((a, b) => a.cost - b.cost);
})();

class MapPlan {
  constructor(width, height) {
    Object.assign(this, { width, height });
    const tries = waysToDraw.slice(0, Math.ceil(2e4 / (hosts.length * hosts.length + 1)));
    let best = null;
    for (const way of hosts.length > CROWD ? waysToDraw.slice(-1) : tries) {
      if (best && best.cost <= way.cost) break;
      this.tryWay(way);
      const cost = way.cost + this.faults();
      if (!best || cost < best.cost) best = { way, cost };
    }
    this.tryWay(best.way);
    this.leaveOutNames();
    for (const host of hosts) if (holdsMail[host.index]) this.placePile(host);
    for (const link of links) link.lanes = link.lanes.map((lane, dir) => this.cut(link, lane, dir));
    this.placeLabels();
    for (const link of links) link.rows = [null, null]; /* looked for when one waits */
  }

  tryWay(way) {
    Object.assign(this, way, { font: (this.width < 500 ? 11 : 13) - way.smaller });
    this.placeHosts();
    this.placeNames(hosts.length > CROWD ? 1 : 3);
  }

  /* Names on each other are worse than names below packets. */
  faults() {
    return hosts.reduce(
      (sum, host) =>
        sum +
        (this.collides(host) ? 10 : 0) +
        (links.some(link => link.lanes.some(lane => this.overflown(lane, host.label.box) > 1)) ? 1 : 0) +
        (hosts.length <= FAR_HOSTS && this.isOnWire(host.label.box) ? 1 : 0) +
        (host.label.afar ? this.costOfLeader(host, host.label.box) * 0.012 : 0),
      0,
    );
  }

  /* ---- Hosts and links ---- */

  placeHosts() {
    const { width, height, font } = this,
      room = { x: width / 1000, y: height / 1000 };
    let nearest = Infinity;
    for (const a of hosts)
      for (const b of hosts)
        if (a !== b)
          nearest = Math.min(nearest, Math.max(Math.abs((a.x - b.x) * room.x), Math.abs((a.y - b.y) * room.y)));
    this.icon = Math.max(14, Math.min(42, width / 13, height / 7, nearest * 0.5) * this.icons);
    this.stamp = STAMP * Math.max(0.6, Math.min(1, this.icon / 22));
    this.reach = { x: this.stamp * 1.3, y: this.stamp * 1.1 };
    const side = Math.min(this.icon / 2 + 44, width * 0.16);
    const top = this.icon / 2 + 12 + this.above * font * 1.3,
      bottom = this.icon / 2 + font * (this.terse ? 1.6 : 2.8);
    for (const host of hosts) {
      host.at = { x: side + (host.x / 1000) * (width - 2 * side), y: top + (host.y / 1000) * (height - top - bottom) };
      host.iconBox = around(host.at, this.icon);
      host.label = null;
    }
    for (const link of links) {
      const a = hosts[link.a].at,
        b = hosts[link.b].at,
        gap = Math.min(0.4, (this.icon * 0.6) / Math.max(1, distance(a, b)));
      link.from = mix(a, b, gap);
      link.to = mix(b, a, gap);
      link.lanes = [this.lane(link.from, link.to), this.lane(link.to, link.from)];
    }
  }

  /* Where the middles of packets go, on the right of their wire. */
  lane(a, b) {
    const length = Math.max(1, distance(a, b)),
      right = { x: -(b.y - a.y) / length, y: (b.x - a.x) / length },
      off = this.stamp * 0.75;
    return {
      right,
      from: { x: a.x + right.x * off, y: a.y + right.y * off },
      to: { x: b.x + right.x * off, y: b.y + right.y * off },
    };
  }

  /* ---- Names ---- */

  /* When all have a place, whoever is in the way may go aside. */
  placeNames(rounds) {
    for (const host of hosts) {
      const said = this.terse ? [] : sayings[host.index];
      host.called = this.short ? shortNames[host.index] : host.name;
      host.nameSize = {
        w:
          Math.max(measure(host.called, this.font, true), ...said.map(text => measure(text, this.font - 1.5, true))) +
          4,
        h: this.font * (said.length ? 2.55 : 1.3),
      };
    }
    for (let round = 0; round < rounds; round++) for (const host of hosts) this.placeName(host);
  }

  placeName(host) {
    const { x, y } = host.at,
      r = this.icon / 2,
      { w, h } = host.nameSize,
      gap = 2;
    const below = y + r + gap,
      above = y - r - gap - h,
      middle = x - w / 2,
      right = x + r + 3 * gap,
      left = x - r - 3 * gap - w;
    const ways = [
      [middle, below, 'middle'],
      [middle, above, 'middle'],
      [right, y - h / 2, 'start'],
      [left, y - h / 2, 'end'],
      [x + 6, below, 'start'],
      [x - w - 6, below, 'end'],
      [x + 6, above, 'start'],
      [x - w - 6, above, 'end'],
      [right, y + r * 0.4, 'start'],
      [left, y + r * 0.4, 'end'],
      [right, y - r * 0.4 - h, 'start'],
      [left, y - r * 0.4 - h, 'end'],
      ...[12, 24].flatMap(by => [
        [middle, below + by, 'middle'],
        [middle, above - by, 'middle'],
        [right + by, y - h / 2, 'start'],
        [left - by, y - h / 2, 'end'],
        [right + by, y + r * 0.4, 'start'],
        [left - by, y + r * 0.4, 'end'],
        [right + by, y - r * 0.4 - h, 'start'],
        [left - by, y - r * 0.4 - h, 'end'],
      ]),
    ];
    let least = Infinity,
      best = null;
    host.label = null; /* not in its own way */
    for (const [boxX, boxY, align] of hosts.length > VERY_MANY ? ways.slice(0, 1) : ways) {
      const box = { x: Math.max(2, Math.min(this.width - w - 2, boxX)), y: boxY, w, h },
        cost = this.hindrances(host, box, least);
      if (cost >= least) continue;
      least = cost;
      best = { box, align, above: boxY < y - r };
    }
    host.label = (least > 0 && hosts.length <= FAR_HOSTS && this.searchAfar(host, least)) || best;
  }

  /* Where no place beside the icon is free: on rings around it, ever farther off, as in the window. */
  searchAfar(host, least) {
    const RINGS = 24,
      STEPS = 16,
      { x, y } = host.at,
      { w, h } = host.nameSize;
    let best = null;
    for (let ring = 0; ring < RINGS && 3 + ring < least; ring++) {
      const gap = 6 + 7 * ring,
        dx = (this.icon + w) / 2 + gap,
        dy = (this.icon + h) / 2 + gap;
      for (let i = 0; i <= STEPS; i++) {
        const part = ((i % 2 ? -1 : 1) * Math.ceil(i / 2) * 2) / STEPS; /* from the middles to the corners */
        for (const [atX, atY] of [1, -1].flatMap(side => [
          [x + part * dx, y + side * dy],
          [x + side * dx, y + part * dy],
        ])) {
          const box = around({ x: atX, y: atY }, w, h);
          if (this.sticksOut(box)) continue;
          const cost = this.hindrances(host, box, least) + this.costOfLeader(host, box);
          if (cost >= least) continue;
          least = cost;
          const align = box.x > x ? 'start' : box.x + w < x ? 'end' : 'middle';
          best = { box, align, above: box.y + h < y, afar: true };
        }
      }
    }
    return best;
  }

  /* What it costs to have a name so far from its icon: its line crosses no icon and no name, and few wires. */
  costOfLeader(host, box) {
    const { from, to } = leaderOf(host, box),
      crosses = other => other && passage(from, to, other);
    const hidden = hosts.filter(other => other !== host && (crosses(other.iconBox) || crosses(other.label?.box))),
      middle = mix(from, to, 0.5),
      wires = links.filter(link => passage(link.from, link.to, around(middle, 4)));
    return 3 + apart(box, host.iconBox) / 7 + 40 * hidden.length + 3 * wires.length;
  }

  isOnWire(box) {
    return links.some(link => passage(link.from, link.to, inset(box, -3)));
  }

  /* How much stands in the way of a name. Packets that would fly over it are worse than any number of wires; where a name
     can be farther off, a wire is as bad. One that is nearer to another icon would seem to be that host's. */
  hindrances(own, box, enough) {
    const near = apart(box, own.iconBox) + 4,
      wire = hosts.length <= FAR_HOSTS ? 20 : 2;
    let n = this.sticksOut(box) ? 24 : 0;
    for (const host of hosts) {
      if (n >= enough) return n;
      if (meets(box, inset(host.iconBox, -2))) n += 18;
      if (host === own) continue;
      if (host.label && meets(box, host.label.box)) n += 18;
      if (host.label?.afar && MapPlan.isOnLeader(host, box)) n += 12;
      if (apart(box, host.iconBox) < near) n += 12;
    }
    for (const link of links) {
      if (n >= enough) return n;
      if (passage(link.from, link.to, inset(box, -3))) n += wire;
      n += Math.max(...link.lanes.map(lane => this.overflown(lane, box)));
    }
    return n;
  }

  static isOnLeader(host, box) {
    const { from, to } = leaderOf(host, host.label.box);
    return passage(from, to, box) !== null;
  }

  sticksOut(box) {
    return box.x < 0 || box.y < 0 || box.x + box.w > this.width || box.y + box.h > this.height;
  }

  /* 0: a packet on this lane touches the box nowhere, or would not after a short cut of the lane; 1: after a long one. */
  overflown(lane, box) {
    const on = passage(lane.from, lane.to, inset(box, -this.reach.x, -this.reach.y)),
      length = distance(lane.from, lane.to);
    if (!on) return 0;
    const cut = Math.min(on[1], 1 - on[0]);
    return cut > LONGEST_CUT ? 20 : cut * length > SHORT_CUT ? 1 : 0;
  }

  collides(host) {
    const box = host.label.box;
    return (
      this.sticksOut(inset(box, 1)) ||
      hosts.some(other => meets(box, other.iconBox) || (other !== host && meets(box, other.label.box)))
    );
  }

  /* Where there is no room for all: first the roads, by which one finds one's way, then servers, then clients. Every host
     tells its name when it is pressed. */
  leaveOutNames() {
    const order = [...hosts].sort((a, b) => MapPlan.rank(a) - MapPlan.rank(b)),
      kept = [];
    for (const host of order) {
      const box = host.label.box,
        bad =
          this.sticksOut(inset(box, 1)) ||
          kept.some(other => meets(box, other)) ||
          hosts.some(other => meets(box, other.iconBox));
      if (bad) host.label = null;
      else kept.push(box);
    }
  }

  static rank(host) {
    return host.role === ROLE.CLIENT ? 2 : host.role === ROLE.MAIL_SERVER ? 1 : 0;
  }

  /* ---- Mails at rest ---- */

  envelope() {
    return Math.max(18, this.icon * 0.58);
  }

  restPoint(host, position) {
    const { left, below, from, step } = host.pile,
      dx = this.icon * (from + step * position),
      dy = this.icon * (0.34 + 0.06 * position);
    return { x: host.at.x + (left ? -dx : dx), y: host.at.y + (below ? dy : -dy) };
  }

  /* Rather away from the middle, where the links are, and above; closer where there is little room, and farther off where
     it hides a name all the same. */
  placePile(host) {
    const w = this.envelope(),
      outwards = host.at.x < this.width * 0.45;
    let least = Infinity,
      best = null;
    for (const from of hosts.length > CROWD ? [0.46] : [0.46, 0.76, 0.32])
      for (const step of [0.3, 0.18, 0.08])
        for (const corner of [0, 1, 2, 3]) {
          host.pile = { left: (corner % 2 === 0) === outwards, below: corner >= 2, from, step };
          const first = this.restPoint(host, 0),
            last = this.restPoint(host, SHOWN_AT_HOST - 1);
          const one = around(first, w, w * 0.7),
            box = {
              x: Math.min(first.x, last.x) - w / 2,
              y: Math.min(first.y, last.y) - w * 0.35,
              w: Math.abs(last.x - first.x) + w,
              h: Math.abs(last.y - first.y) + w * 0.7,
            };
          const cost = this.hidden(host, one) + this.hidden(host, box);
          if (cost >= least) continue;
          least = cost;
          best = { ...host.pile, box };
        }
    host.pile = best;
  }

  hidden(own, box) {
    let n = this.sticksOut(box) ? 6 : 0;
    for (const host of hosts) {
      if (host.label && meets(box, host.label.box)) n += 9;
      if (host !== own && meets(box, host.iconBox)) n += 9;
      if (host !== own && host.pile?.box && meets(box, host.pile.box)) n += 4;
    }
    return links.reduce((sum, link) => sum + (passage(link.from, link.to, box) ? 2 : 0), n);
  }

  /* ---- Lanes ---- */

  /* A lane begins and ends where nothing is touched from there on. A name that lies along it is not worth so long a cut:
     it is drawn over the packets. */
  cut(link, lane, dir) {
    const ends = dir ? [link.b, link.a] : [link.a, link.b],
      boxes = hosts.filter(host => host.label).map(host => host.label.box);
    const by = (end, other, host) =>
      [hosts[host].iconBox, ...boxes].reduce((most, box) => {
        const on = passage(end, other, inset(box, -this.reach.x, -this.reach.y));
        return on && on[1] <= LONGEST_CUT && on[1] > most ? on[1] : most;
      }, 0);
    return {
      right: lane.right,
      from: mix(lane.from, lane.to, by(lane.from, lane.to, ends[0])),
      to: mix(lane.to, lane.from, by(lane.to, lane.from, ends[1])),
    };
  }

  lanePoint(link, dir, part) {
    const { from, to } = link.lanes[dir];
    return mix(from, to, Math.max(0, Math.min(1, part)));
  }

  /* ---- Those that wait for a busy link ---- */

  rowPoint(link, dir, side, position) {
    const { from, right } = link.lanes[dir],
      off = this.stamp * (0.75 * (side - 1) + side * 1.375 * (position + 1));
    return { x: from.x + right.x * off, y: from.y + right.y * off };
  }

  rowOf(link, dir) {
    return (link.rows[dir] ||= this.row(link, dir));
  }

  waitingPoint(link, dir, position) {
    const { side, first, shown } = this.rowOf(link, dir);
    return shown ? this.rowPoint(link, dir, side, first + position) : link.lanes[dir].from;
  }

  /* On the side where more of the row finds nothing in its way, and no longer than that; the last place is for the number
     of those that are not shown. Where there is no place at all, one stands where the lane begins. */
  row(link, dir) {
    let most = 0,
      best = { side: 1, first: 0, shown: 0 };
    for (const side of [1, -1])
      for (let first = 0; first < FARTHEST_ROW; first++) {
        let clear = 0;
        while (clear <= SHOWN_WAITING && this.isClear(link, this.rowPoint(link, dir, side, first + clear))) clear++;
        const score = 2 * clear - 3 * first;
        if (clear < 2 || score <= most) continue;
        most = score;
        best = { side, first, shown: clear - 1 };
      }
    return best;
  }

  isClear(link, at) {
    const box = around(at, 2 * this.reach.x, 2 * this.reach.y);
    return (
      !this.sticksOut(box) &&
      !hosts.some(
        host =>
          meets(box, host.iconBox) ||
          (host.label && meets(box, host.label.box)) ||
          (host.pile?.box && meets(box, host.pile.box)),
      ) &&
      !links.some(
        other => (other.label && meets(box, other.label.box)) || (other !== link && passage(other.from, other.to, box)),
      )
    );
  }

  /* ---- Labels of links ---- */

  /* Beside its link where nothing else stands, rather in its middle and far from hosts, nearer to it than to any other; or
     nowhere: the link tells when it is pressed. */
  placeLabels() {
    const texts = links.map(() => ''); /* the longest that each will have */
    for (const { link, text } of linkChanges) if (text.length > texts[link].length) texts[link] = text;
    for (const link of links) link.label = null;
    if (links.length <= LABELLED_LINKS)
      for (const link of links)
        this.placeLabel(link, { w: measure(texts[link.index], this.font - 1.5, false) + 8, h: this.font + 3 });
  }

  placeLabel(link, { w, h }) {
    const a = link.from,
      b = link.to,
      length = Math.max(1, distance(a, b)),
      side = b.x < a.x ? -1 : 1; /* so that above comes first */
    const normal = { x: -(b.y - a.y) / length, y: (b.x - a.x) / length },
      gap = this.stamp * 2;
    const taken = [
      ...hosts.flatMap(host => [host.iconBox, host.label?.box, host.pile?.box]),
      ...links.map(other => other.label?.box),
    ].filter(box => box);
    let most = 3;
    for (const part of [0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65, 0.3, 0.7, 0.25, 0.75])
      for (const up of [-side, side]) {
        const off = up * (gap + (Math.abs(normal.x) * w) / 2 + (Math.abs(normal.y) * h) / 2),
          p = mix(a, b, part);
        const middle = { x: p.x + normal.x * off, y: p.y + normal.y * off },
          box = around(middle, w, h);
        if (this.sticksOut(inset(box, -2)) || links.some(other => passage(other.from, other.to, inset(box, -3))))
          continue;
        const away = Math.min(24, ...taken.map(other => apart(box, other)));
        const own = Math.abs(off),
          nearer = links.some(other => other !== link && MapPlan.toLink(other, middle) < own * 1.5);
        if (nearer || away <= most + 0.5) continue;
        most = away;
        link.label = { ...middle, box };
      }
  }

  static toLink({ from, to }, at) {
    const dx = to.x - from.x,
      dy = to.y - from.y,
      part = ((at.x - from.x) * dx + (at.y - from.y) * dy) / Math.max(1, dx * dx + dy * dy);
    return distance(at, mix(from, to, Math.max(0, Math.min(1, part))));
  }
}
