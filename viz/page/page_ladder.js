/* The ladder: time runs downwards on its scale (page_ladder_scale.js). A host has a column as long as an arrow of its is
   in sight. */
const OPENS = 700,
  OPENS_PX = (OPENS / 1000) * PIXELS_A_SECOND,
  HEADS = 58,
  FOOT = 14,
  MOST_ARROWS = 120,
  MOST_OF_CROWD = 80,
  CROSS_CLEAR = 13,
  LABEL = 11.5,
  FEWEST_TOGETHER = 3,
  TOGETHER_PX = 3,
  APART_FROM = 60,
  QUIET = 1e9;
const MARGIN = Math.max(62, shortTime(endOfRun).length * 6.7 + 14);

/* A name in one line or two, broken at a dot or hyphen, in smaller letters; or without its last part; or cut. */
function headOf(name, width) {
  for (let text = name; text; text = text.slice(0, Math.max(0, text.lastIndexOf('.'))))
    for (const size of [12, 11, 10, 9]) {
      if (measure(text, size, true) <= width) return { size, lines: [text] };
      const breaks = [...text].map((c, i) => i + 1).filter(i => '.-'.includes(text[i - 1]) && i < text.length);
      const halves = breaks
        .map(i => [text.slice(0, i), text.slice(i)])
        .filter(lines => lines.every(line => measure(line, size, true) <= width));
      if (halves.length)
        return {
          size,
          lines: halves.sort((a, b) => Math.abs(a[0].length - a[1].length) - Math.abs(b[0].length - b[1].length))[0],
        };
    }
  return { size: 9, lines: [shortened(name, width, 9, true)] };
}

/* A text that lies along a slope, in upright boxes, piece by piece. */
function piecesAlong(middle, angle, w, h) {
  const cos = Math.cos(angle),
    sin = Math.sin(angle),
    n = Math.max(1, Math.ceil(w / 12)),
    each = w / n;
  const size = [Math.abs(cos) * each + Math.abs(sin) * h, Math.abs(sin) * each + Math.abs(cos) * h];
  return Array.from({ length: n }, (_, k) => (k + 0.5) * each - w / 2).map(by =>
    around({ x: middle.x + cos * by, y: middle.y + sin * by }, ...size),
  );
}

/* After the first hour there is no room for more than seconds; what comes within the same one shows the part of it. */
function tickText(at, last) {
  const second = Math.floor(at / 1e9);
  return last >= 3600e9 && second === Math.floor(last / 1e9)
    ? `.${pad(Math.floor((at % 1e9) / 1e6), 3)}`
    : shortTime(at);
}

class LadderView {
  constructor(look) {
    this.look = look;
    this.node = svg('svg', { role: 'group', 'aria-label': words.ladder });
    this.clip = svg('rect', { x: 0, y: HEADS });
    this.chart = svg('g', { 'clip-path': 'url(#ladder-clip)' });
    this.heads = new Layer(svg('g', {}));
    this.columns = new Layer(svg('g', {}));
    this.arrows = new Layer(svg('g', {}));
    this.together = new Layer(svg('g', {}));
    this.gaps = new Layer(svg('g', {}));
    this.said = new Layer(svg('g', { class: 'said' }));
    this.ticks = new Layer(svg('g', {}));
    this.present = svg('line', { class: 'present' });
    this.empty = svg('text', { class: 'faint middle', 'font-size': 14 }, words.noPacket);
    this.share = html('p', { class: 'share' });
    this.chart.append(
      this.columns.node,
      this.gaps.node,
      this.ticks.node,
      this.present,
      this.arrows.node,
      this.together.node,
      this.said.node,
    );
    this.node.append(
      svg('defs', {}, svg('clipPath', { id: 'ladder-clip' }, this.clip)),
      this.heads.node,
      this.chart,
      this.empty,
      svg('foreignObject', { width: MARGIN, height: HEADS }, this.share),
    );
    this.order = hosts.map(host => host.index).sort((a, b) => hosts[a].x - hosts[b].x || hosts[a].y - hosts[b].y);
  }

  resize(width, height) {
    Object.assign(this, { width, height });
    this.clip.setAttribute('width', width);
    this.clip.setAttribute('height', Math.max(0, height - HEADS));
    this.empty.setAttribute('x', width / 2);
    this.empty.setAttribute('y', height / 2);
    for (const layer of [this.heads, this.columns, this.arrows, this.together, this.said, this.gaps, this.ticks])
      layer.show([]);
  }

  draw(now) {
    const room = this.height - HEADS - FOOT,
      y = this.height - FOOT,
      sight = this.inSight(now, room);
    this.measure(sight, now);
    this.empty.setAttribute('visibility', sight.length ? 'hidden' : 'visible');
    this.drawColumns();
    this.share.textContent = this.oneOf > 1 ? words.oneOf.replace('%zu', this.oneOf) : '';
    const present = Math.min(y, this.y(now.at));
    for (const [name, value] of Object.entries({ x1: MARGIN - 4, x2: this.width - 4, y1: present, y2: present }))
      this.present.setAttribute(name, value);
    this.taken = [];
    this.reasons = [];
    this.drawTicks(sight);
    this.drawArrows(sight, now);
    this.drawGaps(sight, now);
  }

  /* What is just out of sight opens the scale, too; opened, the chart has room for less. Of a crowd, one packet of so many
     is drawn, always the same ones. */
  inSight(now, room) {
    const nowPx = closedPx(now.at),
      last = nowPx + OPENS_PX,
      first = nowPx - room - OPENS_PX;
    const near = packets.filter(p => p.from >= 0 && p.to >= 0 && p.sentPx <= last && p.endPx >= first);
    const scale = (this.scale = new LadderScale(near, room)),
      bottom = scale.px(now.at),
      top = Math.max(0, bottom - room);
    this.y = (at, closed) => HEADS + scale.px(at, closed) - top;
    const sight = near.filter(
      p =>
        p.sent <= now.at &&
        (p.end >= now.at || this.y(p.end, p.endPx) >= HEADS - 4) &&
        (p.sent < now.at || p.step < 0 || steps[p.step].event <= now.event),
    );
    this.oneOf = 1;
    while (sight.length > MOST_ARROWS && sight.length / this.oneOf > MOST_OF_CROWD) this.oneOf *= 2;
    return this.oneOf > 1 ? sight.filter(p => p.index % this.oneOf === 0) : sight;
  }

  /* How wide each column is: it opens and closes smoothly, as a function of time alone. */
  measure(sight, now) {
    const share = hosts.map(() => 0),
      present = this.y(now.at);
    for (const packet of sight) {
      const age = (present - this.y(packet.sent, packet.sentPx)) / OPENS_PX + 0.35,
        above = packet.end < now.at ? (this.y(packet.end, packet.endPx) - HEADS) / OPENS_PX : 1;
      const part = Math.max(0, Math.min(1, age, above + 0.1));
      for (const end of [packet.from, packet.to]) share[end] = Math.max(share[end], part);
    }
    const total = share.reduce((sum, part) => sum + part, 0) || 1;
    let x = MARGIN;
    this.x = [];
    this.w = [];
    for (const host of this.order) {
      this.w[host] = (share[host] / total) * (this.width - MARGIN - 4);
      this.x[host] = x + this.w[host] / 2;
      x += this.w[host];
    }
  }

  drawColumns() {
    const open = this.order.filter(host => this.w[host] > 8);
    this.columns.show(
      open.map(host => ({
        key: host,
        make: () => svg('line', { y1: HEADS, y2: this.height, class: 'column' }),
        update: node => {
          node.setAttribute('x1', this.x[host]);
          node.setAttribute('x2', this.x[host]);
        },
      })),
    );
    this.heads.show(
      open.map(host => ({
        key: host,
        make: () => {
          const icon = hostIcon(hosts[host].role);
          icon.setAttribute('transform', 'translate(0 13) scale(0.2)');
          return svg(
            'g',
            { class: 'host' },
            icon,
            ...[0, 1].map(() => svg('text', { class: 'name middle' })),
            svg('title', {}, hosts[host].name),
          );
        },
        update: node => {
          const { size, lines } = headOf(hosts[host].name, this.w[host] - 4);
          place(node, this.x[host], 0);
          for (const i of [0, 1]) {
            const text = node.children[1 + i],
              line = lines[i] || '';
            text.setAttribute('font-size', size);
            text.setAttribute('y', lines.length > 1 ? 32 + 14 * i : 38);
            if (text.textContent !== line) text.textContent = line;
          }
        },
      })),
    );
  }

  drawTicks(sight) {
    const shown = [];
    let last = -Infinity,
      lastAt = 0;
    for (const packet of sight) {
      const y = this.y(packet.sent),
        text = tickText(packet.sent, lastAt);
      if (y < HEADS + 6 || y - last < 16) continue;
      last = y;
      lastAt = packet.sent;
      shown.push({
        key: `${packet.index} ${text}`,
        make: () => svg('text', { x: MARGIN - 8, class: 'faint end mono', 'font-size': 11 }, text),
        update: node => node.setAttribute('y', y.toFixed(1)),
      });
    }
    this.ticks.show(shown);
  }

  /* Where nothing flies for a second or more, how long that was. */
  drawGaps(sight, now) {
    const shown = [];
    let quiet = 0;
    for (const packet of sight) {
      if (quiet && packet.sent - quiet >= QUIET) this.addGap(shown, quiet, packet.sent, now);
      quiet = Math.max(quiet, packet.end < Infinity ? packet.end : packet.sent);
    }
    this.gaps.show(shown);
  }

  addGap(shown, from, to, now) {
    const y = (this.y(from) + this.y(to)) / 2 - 3,
      text = filled(words.pass, duration(to - from)),
      w = measure(text, LABEL, false) + 12;
    if (y < HEADS + 10 || y > this.y(now.at) - 9) return;
    const columns = this.order.filter(host => this.w[host] > 8).map(host => this.x[host]),
      middle = (MARGIN + this.width) / 2;
    const clear = [middle, ...columns.flatMap(x => [x - w / 2 - 7, x + w / 2 + 7])]
      .filter(
        x =>
          x - w / 2 >= MARGIN && x + w / 2 <= this.width && columns.every(column => Math.abs(column - x) >= w / 2 + 6),
      )
      .sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
    const x = clear.length ? clear[0] : middle,
      box = around({ x, y }, w, LABEL * 1.3);
    if (this.taken.some(other => meets(other, box))) return;
    this.taken.push(box);
    shown.push({
      key: to,
      make: () =>
        svg(
          'g',
          {},
          svg('line', { class: 'gap' }),
          svg('text', { class: 'faint middle halo passes', 'font-size': LABEL }, text),
        ),
      update: node => {
        const [line, label] = node.children;
        for (const [name, value] of Object.entries({ x1: MARGIN, x2: this.width - 4, y1: y, y2: y }))
          line.setAttribute(name, value.toFixed(1));
        label.setAttribute('x', x.toFixed(1));
        label.setAttribute('y', y.toFixed(1));
      },
    });
  }

  /* The newest first where there is not room for all words, and deaths before what was said. */
  drawArrows(sight, now) {
    const bundles = this.bundles(sight, now),
      bundled = new Set(bundles.flatMap(bundle => bundle.arrows.map(arrow => arrow.packet)));
    const drawn = sight
      .filter(packet => !bundled.has(packet))
      .map(packet => this.arrow(packet, now))
      .reverse();
    for (const bundle of bundles) this.placeNumber(bundle);
    for (const arrow of drawn) if (arrow.lost) this.placeDeath(arrow);
    for (const arrow of drawn) this.placeLabel(arrow);
    this.together.show(bundles.map(bundle => this.bundle(bundle)));
    this.arrows.show(
      drawn.map(arrow => ({
        key: arrow.packet.index,
        make: () => {
          const { packet } = arrow,
            stamp = packetShape(packet.class, 4.5),
            kind = packet.class === CLASS.ACK ? 'ack' : packet.class === CLASS.RETRANSMIT ? 'again' : '';
          stamp.classList.add('stamp');
          return lookable(
            svg(
              'g',
              {},
              svg('line', { class: 'reach' }),
              svg('line', { class: `arrow ${kind}`, stroke: `var(--class${packet.class})` }),
              stamp,
              svg('g', {}),
            ),
            packet.label,
            () => this.look({ what: 'packet', index: packet.index }),
          );
        },
        update: node => this.updateArrow(node, arrow),
      })),
    );
    this.said.show(
      drawn.flatMap(({ packet, label, death }) => [
        ...(label ? [LadderView.words(`l${packet.index}`, label, `label class${packet.class}`)] : []),
        ...(death ? [LadderView.words(`d${packet.index}`, death, 'lost word')] : []),
      ]),
    );
  }

  /* Those that leave together: arrows of one way whose tips are still on each other are one thick arrow, and it is said
     how many, until one has come so far that they are told apart (viz/draw/ladder_view.c). */
  bundles(sight, now) {
    const found = [];
    for (let i = 0; i < sight.length && this.oneOf === 1;) {
      const first = sight[i],
        arrows = [];
      while (i + arrows.length < sight.length && this.isWith(first, sight[i + arrows.length], now))
        arrows.push(this.arrow(sight[i + arrows.length], now));
      const far = arrows
        .filter(arrow => !arrow.packet.death)
        .reduce((most, arrow) => (!most || arrow.tip.y >= most.tip.y ? arrow : most), null);
      const isOne = far && distance(far.from, far.tip) > 0 && distance(far.from, far.tip) <= APART_FROM;
      if (arrows.length >= FEWEST_TOGETHER && isOne)
        found.push({ arrows, from: arrows[0].from, tip: far.tip, angle: far.angle });
      i += Math.max(1, isOne ? arrows.length : 1);
    }
    return found;
  }

  isWith(a, b, now) {
    const isLooked = packet => closely.at?.what === 'packet' && closely.at.index === packet.index;
    return (
      a.from === b.from &&
      a.to === b.to &&
      a.class === b.class &&
      a.end < Infinity &&
      b.end < Infinity &&
      a.end > now.at &&
      b.end > now.at &&
      Math.abs(this.y(a.sent, a.sentPx) - this.y(b.sent, b.sentPx)) <= TOGETHER_PX &&
      !isLooked(a) &&
      !isLooked(b)
    );
  }

  bundle({ arrows, from, tip, angle, number }) {
    const { index, class: kind } = arrows[0].packet,
      text = words.together.replace('%u', arrows.length);
    return {
      key: `t${index} ${arrows.length}`,
      make: () =>
        lookable(
          svg(
            'g',
            { class: 'together' },
            svg('line', { class: 'reach' }),
            svg('line', { class: 'thick', stroke: `var(--class${kind})` }),
            packetShape(kind, 4.5),
            polygon(
              [
                [0, 0],
                [-12, -5.5],
                [-12, 5.5],
              ],
              { fill: `var(--class${kind})` },
            ),
            svg('text', { class: `halo label class${kind}`, 'font-size': LABEL }),
          ),
          `${text}, ${arrows[0].packet.label}`,
          () => this.look({ what: 'packet', index }),
        ),
      update: node => {
        const [reach, line, stamp, head, label] = node.children,
          end = mix(tip, from, Math.min(1, 8 / Math.max(1, distance(from, tip)))); /* no wider than its head is there */
        for (const [name, value] of Object.entries({ x1: from.x, y1: from.y, x2: end.x, y2: end.y }))
          for (const one of [reach, line]) one.setAttribute(name, value.toFixed(1));
        place(stamp, from.x, from.y);
        head.setAttribute(
          'transform',
          `translate(${tip.x.toFixed(1)} ${tip.y.toFixed(1)}) rotate(${((angle * 180) / Math.PI).toFixed(1)})`,
        );
        label.textContent = number ? text : '';
        if (number) place(label, number.x, number.y);
      },
    };
  }

  /* Ahead of the tip, where nothing else stands. */
  placeNumber(bundle) {
    const { arrows, from, tip } = bundle,
      w = measure(words.together.replace('%u', arrows.length), LABEL, false) + 4,
      x = tip.x < from.x ? tip.x - 12 - w : tip.x + 12,
      box = { x, y: from.y - 8, w, h: 16 };
    const isOnLine = this.order.some(host => this.w[host] > 8 && this.x[host] > x - 2 && this.x[host] < x + w + 2);
    if (!isOnLine && this.claim([box])) bundle.number = { x: x + 2, y: from.y };
  }

  arrow(packet, now) {
    const lost = packet.death && packet.end <= now.at,
      from = { x: this.x[packet.from], y: this.y(packet.sent, packet.sentPx) };
    const whole = { x: this.x[packet.to], y: packet.end < Infinity ? this.y(packet.end, packet.endPx) : from.y + 40 };
    if (packet.death) whole.x = this.deathX(packet, from, whole);
    const part = whole.y > from.y ? (this.y(now.at) - from.y) / (whole.y - from.y) : 1;
    return {
      packet,
      lost,
      from,
      whole,
      tip: mix(from, whole, Math.max(0, Math.min(1, part))),
      arrived: packet.end <= now.at,
      angle: Math.atan2(whole.y - from.y, whole.x - from.x),
    };
  }

  /* At the host that did not take it; or else on its way, so far as it had come. */
  deathX(packet, from, whole) {
    const drop = dropOf.get(packet.index);
    if (drop && drop.hop < 0 && drop.host >= 0 && this.w[drop.host] > 8) return this.x[drop.host];
    return this.offLines(from, whole, mix(from, whole, deathPart(packet)).x);
  }

  /* A packet that dies on its way does so at no host's line. */
  offLines(from, whole, x) {
    const side = whole.x < from.x ? -1 : 1;
    for (const host of this.order) {
      if (this.w[host] <= 8 || Math.abs(this.x[host] - x) >= CROSS_CLEAR) continue;
      return this.x[host] + (Math.abs(this.x[host] - from.x) < 1 ? side : -side) * CROSS_CLEAR;
    }
    return x;
  }

  updateArrow(node, { packet, from, tip, lost, arrived, angle }) {
    const [reach, line, stamp, head] = node.children;
    for (const l of [reach, line])
      for (const [name, value] of Object.entries({ x1: from.x, y1: from.y, x2: tip.x, y2: tip.y }))
        l.setAttribute(name, value.toFixed(1));
    place(stamp, from.x, from.y);
    const state = lost ? 'lost' : arrived ? 'arrived' : '';
    if (node.dataset.state !== state) {
      node.dataset.state = state;
      head.replaceChildren(
        ...(lost
          ? [deathShape(notTaken.has(packet.index), 5.5, 2.4)]
          : arrived
            ? [
                polygon(
                  [
                    [0, 0],
                    [-8, -3.5],
                    [-8, 3.5],
                  ],
                  { fill: `var(--class${packet.class})` },
                ),
              ]
            : []),
      );
    }
    head.setAttribute(
      'transform',
      `translate(${tip.x.toFixed(1)} ${tip.y.toFixed(1)}) ${lost ? '' : `rotate(${((angle * 180) / Math.PI).toFixed(1)})`}`,
    );
  }

  static words(key, said, kind) {
    return {
      key,
      make: () => svg('text', { class: `middle halo ${kind}`, 'font-size': LABEL }),
      update: node => {
        if (node.textContent !== said.text) node.textContent = said.text;
        node.setAttribute(
          'transform',
          `translate(${said.x.toFixed(1)} ${said.y.toFixed(1)}) rotate(${((said.angle * 180) / Math.PI).toFixed(1)})`,
        );
      },
    };
  }

  claim(boxes) {
    const isFree = boxes.every(
      box =>
        box.x >= MARGIN - 4 &&
        box.x + box.w <= this.width &&
        box.y >= HEADS - 1 &&
        box.y + box.h <= this.height &&
        !this.taken.some(other => meets(other, box)),
    );
    if (isFree) this.taken.push(...boxes);
    return isFree;
  }

  /* Beside the cross, ahead of the arrow or behind it, under or above it; two that die alike at one place need one reason. */
  placeDeath(arrow) {
    const { packet, from, tip } = arrow,
      w = measure(packet.death, LABEL, true) + 4,
      h = LABEL * 1.3,
      ahead = from.x <= tip.x ? 1 : -1,
      by = w / 2 + 9;
    const tries = [
      [ahead * by, 0],
      [0, h],
      [0, -h],
      [ahead * by, h * 0.8],
      [-ahead * by, h],
      [-ahead * by, -h],
      [-ahead * by, 0],
    ];
    if (
      this.reasons.some(
        other => other.text === packet.death && Math.abs(other.x - tip.x) < 40 && Math.abs(other.y - tip.y) < 45,
      )
    )
      return;
    for (const [x, y] of tries) {
      const middle = { x: Math.max(MARGIN + w / 2, Math.min(this.width - w / 2 - 2, tip.x + x)), y: tip.y + y };
      if (Math.abs(middle.x - tip.x) < w / 2 + 7 && Math.abs(y) < h * 0.8) continue; /* on the cross */
      if (!this.claim([around(middle, w, h)])) continue;
      arrow.death = { ...middle, angle: 0, text: packet.death };
      this.reasons.push({ ...tip, text: packet.death });
      return;
    }
  }

  /* Along the arrow, above it; left out where another stands. */
  placeLabel(arrow) {
    const { packet, from, lost, tip, whole } = arrow,
      to = lost ? tip : whole,
      length = distance(from, to);
    const text = length > 40 ? shortened(packet.label, length - 26, LABEL, false) : '';
    if (!text) return;
    const right = to.x >= from.x,
      angle = right ? arrow.angle : arrow.angle + Math.PI,
      off = LABEL * 0.55 + 2,
      middle = mix(from, to, 0.5);
    const at = { x: middle.x + Math.sin(angle) * off, y: middle.y - Math.cos(angle) * off };
    if (this.claim(piecesAlong(at, angle, measure(text, LABEL, false), LABEL))) arrow.label = { ...at, angle, text };
  }
}

const dropOf = new Map(drops.map(drop => [drop.packet, drop]));

/* How far of its way a packet came that is lost: links behind it and its part of the last. */
const deathPart = (() => {
  const parts = new Map();
  for (const drop of drops) {
    const way = hops.filter(hop => hop.packet === drop.packet),
      done = way.findIndex(hop => hop.index === drop.hop);
    parts.set(
      drop.packet,
      way.length
        ? Math.max(0.25, Math.min(0.85, ((done < 0 ? way.length : done) + drop.place / 1000) / Math.max(2, way.length)))
        : 0.5,
    );
  }
  return packet => parts.get(packet.index) || 0.5;
})();
