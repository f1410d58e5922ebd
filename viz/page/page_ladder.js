/* The ladder: time runs downwards at the pace, without the stands. A host has a column as long as an arrow of its is in
   sight. */
const PIXELS_A_SECOND = 54, OPENS = 700, HEADS = 46, MARGIN = 62;

class LadderView {
  constructor(look) {
    this.look = look;
    this.node = svg('svg', { role: 'group', 'aria-label': words.ladder });
    this.clip = svg('rect', { x: 0, y: HEADS });
    this.chart = svg('g', { 'clip-path': 'url(#ladder-clip)' });
    this.heads = new Layer(svg('g', {}));
    this.columns = new Layer(svg('g', {}));
    this.arrows = new Layer(svg('g', {}));
    this.ticks = new Layer(svg('g', {}));
    this.present = svg('line', { class: 'present' });
    this.empty = svg('text', { class: 'faint middle', 'font-size': 14 }, words.noPacket);
    this.chart.append(this.columns.node, this.ticks.node, this.present, this.arrows.node);
    this.node.append(svg('defs', {}, svg('clipPath', { id: 'ladder-clip' }, this.clip)), this.heads.node, this.chart, this.empty);
    this.order = hosts.map(host => host.index).sort((a, b) => hosts[a].x - hosts[b].x || hosts[a].y - hosts[b].y);
  }

  resize(width, height) {
    Object.assign(this, { width, height });
    this.clip.setAttribute('width', width);
    this.clip.setAttribute('height', Math.max(0, height - HEADS));
    this.empty.setAttribute('x', width / 2);
    this.empty.setAttribute('y', height / 2);
    for (const layer of [this.heads, this.columns, this.arrows, this.ticks]) layer.show([]);
  }

  draw(now) {
    const px = at => ladderAt(at) / 1000 * PIXELS_A_SECOND, room = this.height - HEADS - 14;
    const top = Math.max(0, px(now.at) - room);
    this.y = at => HEADS + px(at) - top;
    const sight = packets.filter(p => p.sent <= now.at && this.y(Math.min(p.end, now.at)) >= HEADS - 4 &&
      (p.sent < now.at || p.step < 0 || steps[p.step].event <= now.event));
    this.measure(sight, now);
    this.empty.setAttribute('visibility', sight.length ? 'hidden' : 'visible');
    this.drawColumns();
    const y = this.y(now.at);
    for (const [name, value] of Object.entries({ x1: MARGIN - 4, x2: this.width - 4, y1: y, y2: y })) this.present.setAttribute(name, value);
    this.drawTicks(sight);
    this.drawArrows(sight, now);
  }

  /* How wide each column is: it opens and closes smoothly, as a function of time alone. */
  measure(sight, now) {
    const share = hosts.map(() => 0), second = PIXELS_A_SECOND / 1000;
    for (const packet of sight) {
      const age = (ladderAt(now.at) - ladderAt(packet.sent)) / OPENS + 0.35, above = (this.y(Math.min(packet.end, now.at)) - HEADS) / second / OPENS;
      const part = Math.max(0, Math.min(1, age, above + 0.1));
      for (const end of [packet.from, packet.to]) if (end >= 0) share[end] = Math.max(share[end], part);
    }
    const total = share.reduce((sum, part) => sum + part, 0) || 1;
    let x = MARGIN;
    this.x = [];
    this.w = [];
    for (const host of this.order) {
      this.w[host] = share[host] / total * (this.width - MARGIN - 4);
      this.x[host] = x + this.w[host] / 2;
      x += this.w[host];
    }
  }

  drawColumns() {
    const open = this.order.filter(host => this.w[host] > 8);
    this.columns.show(open.map(host => ({
      key: host,
      make: () => svg('line', { y1: HEADS, y2: this.height, class: 'column' }),
      update: node => { node.setAttribute('x1', this.x[host]); node.setAttribute('x2', this.x[host]); },
    })));
    this.heads.show(open.map(host => ({
      key: host,
      make: () => {
        const icon = hostIcon(hosts[host].role);
        icon.setAttribute('transform', 'translate(0 13) scale(0.2)');
        return svg('g', { class: 'host' }, icon, svg('text', { y: 38, class: 'name middle', 'font-size': 12 }));
      },
      update: node => {
        const name = shortened(hosts[host].name, this.w[host] - 4, 12, true), text = node.lastChild;
        place(node, this.x[host], 0);
        if (text.textContent !== name) text.textContent = name;
      },
    })));
  }

  drawTicks(sight) {
    const shown = [];
    let last = -Infinity;
    for (const packet of sight) {
      const y = this.y(packet.sent);
      if (y < HEADS + 6 || y - last < 26) continue;
      last = y;
      shown.push({
        key: packet.index,
        make: () => svg('text', { x: MARGIN - 8, class: 'faint end mono', 'font-size': 11 }, shortTime(packet.sent)),
        update: node => node.setAttribute('y', y),
      });
    }
    this.ticks.show(shown);
  }

  drawArrows(sight, now) {
    const taken = [];
    this.arrows.show(sight.filter(p => p.from >= 0 && p.to >= 0).map(packet => {
      const flown = Math.min(packet.end, now.at), lost = packet.death && packet.end <= now.at;
      const from = { x: this.x[packet.from], y: this.y(packet.sent) }, whole = { x: this.x[packet.to], y: this.y(packet.end < Infinity ? packet.end : now.at) };
      let part = packet.end > packet.sent && packet.end < Infinity ? (ladderAt(flown) - ladderAt(packet.sent)) / Math.max(1e-9, ladderAt(packet.end) - ladderAt(packet.sent)) : 1;
      if (packet.death) part *= deathPart(packet);
      return {
        key: packet.index,
        make: () => lookable(svg('g', {}, svg('line', { class: 'reach' }), svg('line', { class: `arrow ${packet.class === CLASS.RETRANSMIT ? 'again' : ''}`, stroke: `var(--class${packet.class})` }), svg('g', {}),
          svg('text', { class: `middle halo label class${packet.class}`, 'font-size': 11.5 }), svg('text', { class: 'lost word halo', 'font-size': 11.5 })),
        packet.label, () => this.look({ what: 'packet', index: packet.index })),
        update: node => this.updateArrow(node, packet, from, mix(from, whole, Math.min(1, part)), whole, lost, flown >= packet.end, taken),
      };
    }));
  }

  updateArrow(node, packet, from, tip, whole, lost, arrived, taken) {
    const [reach, line, head, label, death] = node.children;
    for (const l of [reach, line]) for (const [name, value] of Object.entries({ x1: from.x, y1: from.y, x2: tip.x, y2: tip.y })) l.setAttribute(name, value.toFixed(1));
    const state = lost ? 'lost' : arrived ? 'arrived' : '';
    if (node.dataset.state !== state) {
      node.dataset.state = state;
      head.replaceChildren(...lost ? [deathShape(notTaken.has(packet.index), 5.5, 2.4)] : arrived ? [polygon([[0, 0], [-8, -3.5], [-8, 3.5]], { fill: `var(--class${packet.class})` })] : []);
      death.textContent = lost ? packet.death : '';
    }
    const turn = Math.atan2(whole.y - from.y, whole.x - from.x) * 180 / Math.PI;
    head.setAttribute('transform', `translate(${tip.x.toFixed(1)} ${tip.y.toFixed(1)}) ${lost ? '' : `rotate(${turn.toFixed(1)})`}`);
    const right = whole.x >= from.x, w = measure(packet.death, 11.5, true);
    const beyond = right ? tip.x + 10 + w < this.width : tip.x - 10 - w > MARGIN;
    death.setAttribute('text-anchor', right === beyond ? 'start' : 'end');
    death.setAttribute('x', tip.x + (right === beyond ? 10 : -10));
    death.setAttribute('y', tip.y);
    this.updateLabel(label, packet, from, lost ? tip : whole, turn, taken);
  }

  /* Along the arrow, above it; left out where another stands. */
  updateLabel(label, packet, from, to, turn, taken) {
    const length = distance(from, to), text = length > 40 ? shortened(packet.label, length - 26, 11.5, false) : '', middle = mix(from, to, 0.5);
    const w = measure(text, 11.5, false) * Math.abs(Math.cos(turn * Math.PI / 180)), box = { x: middle.x - w / 2, y: middle.y - 16, w, h: 13 };
    const free = text && middle.y > HEADS + 4 && !taken.some(other => meets(other, box));
    if (free) taken.push(box);
    if (label.textContent !== (free ? text : '')) label.textContent = free ? text : '';
    const upright = Math.abs(turn) > 90 ? turn + 180 : turn;
    label.setAttribute('transform', `translate(${middle.x.toFixed(1)} ${middle.y.toFixed(1)}) rotate(${upright.toFixed(1)}) translate(0 -8)`);
  }
}

/* How far of its way a packet came that is lost: links behind it and its part of the last. */
const deathPart = (() => {
  const parts = new Map();
  for (const drop of drops) {
    const way = hops.filter(hop => hop.packet === drop.packet), done = way.findIndex(hop => hop.index === drop.hop);
    parts.set(drop.packet, way.length ? Math.max(0.25, Math.min(0.85, ((done < 0 ? way.length : done) + drop.place / 1000) / Math.max(2, way.length))) : 0.5);
  }
  return packet => parts.get(packet.index) || 0.5;
})();
