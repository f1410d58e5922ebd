/* The map: hosts and links as they are, packets on their right-hand lane, mails as envelopes, the dying for some seconds. */
const LANE = 5, STAMP = 7.5, DROP_FADES = 3500, GONE_FADES = 4000, SHOWN_AT_HOST = 3, SHOWN_WAITING = 5, LABELLED = 4,
  LONGEST_CUT = 0.35;

const mix = (a, b, part) => ({ x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part });
const distance = (a, b) => Math.hypot(b.x - a.x, b.y - a.y);
const meets = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

class MapView {
  constructor(look) {
    this.look = look;
    this.node = svg('svg', { role: 'group', 'aria-label': words.map });
    this.layers = ['ways', 'wires', 'labels', 'hosts', 'mails', 'packets', 'deaths', 'words'].reduce((layers, name) => {
      const group = svg('g', { class: name });
      this.node.append(group);
      return { ...layers, [name]: new Layer(group) };
    }, {});
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
    this.font = width < 500 ? 11 : 13;
    let nearest = Infinity;
    const room = { x: width / 1000, y: height / 1000 };
    for (const a of hosts) for (const b of hosts)
      if (a !== b) nearest = Math.min(nearest, Math.hypot((a.x - b.x) * room.x, (a.y - b.y) * room.y));
    this.icon = Math.max(16, Math.min(42, width / 13, height / 7, nearest * 0.5));
    const side = this.icon / 2 + 34, bottom = this.icon / 2 + this.font * 2.8;
    for (const top of [this.icon / 2 + 12, bottom]) {
      for (const host of hosts) host.at = { x: side + host.x / 1000 * (width - 2 * side), y: top + host.y / 1000 * (height - top - bottom) };
      if (!this.placeNames()) break; /* none had to go above its host, so that no room is needed there */
    }
    for (const link of links) {
      const a = hosts[link.a].at, b = hosts[link.b].at, gap = Math.min(0.4, this.icon * 0.6 / Math.max(1, distance(a, b)));
      link.from = mix(a, b, gap);
      link.to = mix(b, a, gap);
      link.lanes = [this.lane(link.from, link.to, hosts[link.a], hosts[link.b]), this.lane(link.to, link.from, hosts[link.b], hosts[link.a])];
    }
    for (const layer of Object.values(this.layers)) layer.show([]);
    this.placeLabels();
  }

  /* Names stand below their hosts, or above where another is in the way; true when one does. What a host holds is said
     beside its name. */
  placeNames() {
    const taken = [], icons = hosts.map(host => ({ x: host.at.x - this.icon / 2, y: host.at.y - this.icon / 2, w: this.icon, h: this.icon }));
    for (const host of [...hosts].sort((a, b) => a.at.x - b.at.x)) {
      const w = measure(host.name, this.font, true) + 4, x = this.nameAt(host, w) - w / 2, h = this.font * 2.6;
      const below = { x, y: host.at.y + this.icon / 2, w, h }, above = { x, y: host.at.y - this.icon / 2 - h, w, h };
      const free = box => !taken.some(other => meets(other, box)) && !icons.some((other, i) => i !== host.index && meets(other, box));
      host.above = !free(below) && free(above);
      host.box = host.above ? above : below;
      taken.push(host.box);
    }
    return hosts.some(host => host.above);
  }

  /* A name stays within the map. */
  nameAt(host, width) {
    return Math.max(width / 2 + 3, Math.min(this.width - width / 2 - 3, host.at.x));
  }

  /* Beside the middle of its link, where nothing else stands; or nowhere: the link tells when it is pressed. */
  placeLabels() {
    const taken = hosts.flatMap(host => [{ x: host.at.x - this.icon / 2, y: host.at.y - this.icon / 2, w: this.icon, h: this.icon }, host.box]);
    const crossed = (box, own) => links.some(link => link !== own && Array.from({ length: 21 }, (_, i) => mix(link.from, link.to, i / 20))
      .some(p => meets(box, { x: p.x - 2, y: p.y - 2, w: 4, h: 4 })));
    const texts = links.map(() => ''); /* the longest that each will have */
    for (const { link, text } of linkChanges) if (text.length > texts[link].length) texts[link] = text;
    for (const link of links) {
      const w = measure(texts[link.index], this.font - 1.5, false) + 8, h = this.font + 3, a = link.from, b = link.to;
      const length = Math.max(1, distance(a, b)), normal = { x: -(b.y - a.y) / length, y: (b.x - a.x) / length };
      link.label = null;
      for (const [part, side] of [[0.5, -1], [0.5, 1], [0.36, -1], [0.36, 1], [0.64, -1], [0.64, 1], [0.25, 1], [0.75, 1]]) {
        const off = side * (11 + Math.abs(normal.x) * w / 2 + Math.abs(normal.y) * h / 2), p = mix(a, b, part);
        const box = { x: p.x + normal.x * off - w / 2, y: p.y + normal.y * off - h / 2, w, h };
        if (box.x < 2 || box.y < 2 || box.x + w > this.width - 2 || box.y + h > this.height - 2) continue;
        if (taken.some(other => meets(other, box)) || crossed(box, link)) continue;
        link.label = { x: box.x + w / 2, y: box.y + h / 2, box };
        taken.push(box);
        break;
      }
    }
  }

  /* Where the middles of packets go, on the right of their wire: packets end where the host's icon or its name begins. */
  lane(a, b, fromHost, toHost) {
    const length = Math.max(1, distance(a, b)), off = { x: -(b.y - a.y) / length * LANE, y: (b.x - a.x) / length * LANE };
    const from = { x: a.x + off.x, y: a.y + off.y }, to = { x: b.x + off.x, y: b.y + off.y };
    return { off, from: this.cutAt(fromHost, from, to), to: this.cutAt(toHost, to, from) };
  }

  /* The first place from this end from which on nothing is touched. A name that lies along the lane is not worth so long
     a cut: packets pass below it. */
  cutAt(host, end, other) {
    const length = Math.max(1, distance(end, other)), steps = Math.floor(length * LONGEST_CUT), r = STAMP - 0.5, half = this.icon / 2;
    const stepsTo = box => {
      for (let i = steps; i >= 0; i--) {
        const p = mix(end, other, i / length);
        if (meets(box, { x: p.x - r, y: p.y - r, w: 2 * r, h: 2 * r })) return i + 1;
      }
      return 0;
    };
    const icon = stepsTo({ x: host.at.x - half, y: host.at.y - half, w: this.icon, h: this.icon }), name = stepsTo(host.box);
    return mix(end, other, Math.min(LONGEST_CUT, (name <= steps ? Math.max(icon, name) : icon) / length));
  }

  /* On the lane of its direction. */
  lanePoint(link, dir, part) {
    const { from, to } = link.lanes[dir];
    return mix(from, to, Math.max(0, Math.min(1, part)));
  }

  /* Names stand below their hosts: the row goes to the side that is above the wire. */
  waitingPoint(link, dir, position) {
    const foot = dir ? link.to : link.from, { off } = link.lanes[dir];
    const steps = (off.y > 0 ? -1 : 1) * (1 + 2.1 * (position + 1));
    return { x: foot.x + off.x * steps, y: foot.y + off.y * steps };
  }

  draw(now) {
    this.drawWires();
    this.drawHosts(now);
    this.drawMails(now);
    this.drawPackets(now);
    this.drawDeaths(now);
  }

  drawWires() {
    this.layers.wires.show(links.map(link => ({
      key: link.index,
      make: () => {
        const line = { x1: link.from.x, y1: link.from.y, x2: link.to.x, y2: link.to.y };
        return lookable(svg('g', {}, svg('line', { ...line, class: 'reach' }), svg('line', line)), link.name,
          () => this.look({ what: 'link', index: link.index }));
      },
      update: node => node.setAttribute('class', `lookable wire ${link.up === 3 ? '' : 'down'}`),
    })));
    this.layers.labels.show(links.filter(link => link.label).map(link => ({
      key: link.index,
      make: () => svg('text', { x: link.label.x, y: link.label.y, 'font-size': this.font - 1.5, class: 'faint middle' }),
      update: node => {
        const text = link.up === 3 ? link.text : link.up ? words.oneWay : words.linkDown;
        if (node.textContent !== text) node.textContent = text;
        node.classList.toggle('wire-down', link.up !== 3);
      },
    })));
  }

  drawHosts(now) {
    this.layers.hosts.show(hosts.map(host => ({
      key: host.index,
      make: () => {
        const name = svg('text', { class: 'name middle halo', 'font-size': this.font, y: host.above ? -this.icon / 2 - this.font * 1.9 : this.icon / 2 + this.font }, host.name);
        name.setAttribute('x', this.nameAt(host, measure(host.name, this.font, true)) - host.at.x);
        const icon = hostIcon(host.role), cross = crossShape(this.icon * 0.5, this.icon * 0.09);
        icon.setAttribute('transform', `scale(${this.icon / 100})`);
        cross.classList.add('cross');
        const node = svg('g', {}, icon, name, svg('text', { class: 'says middle halo', x: 0, 'font-size': this.font - 1.5,
          y: host.above ? -this.icon / 2 - this.font * 0.8 : this.icon / 2 + this.font * 2.15 }), cross);
        place(node, host.at.x, host.at.y);
        return lookable(node, host.name, () => this.look({ what: 'host', index: host.index }));
      },
      update: node => {
        const [text, unwell] = hostWords(host, now), says = node.querySelector('.says');
        node.setAttribute('class', `lookable host ${host.up ? '' : 'down'} ${unwell ? 'unwell' : ''}`);
        if (says.textContent === text) return;
        says.textContent = text;
        says.setAttribute('x', this.nameAt(host, measure(text, this.font - 1.5, unwell)) - host.at.x);
      },
    })));
  }

  restPoint(host, position) {
    const right = host.at.x + this.icon < this.width - 20 ? 1 : -1;
    return { x: host.at.x + right * this.icon * (0.52 + 0.2 * position), y: host.at.y - this.icon * (0.36 - 0.08 * position) };
  }

  /* The way of the mail, and how far along it is: each link an equal part. */
  transferPoint(transfer, now) {
    const points = transfer.path.map(host => hosts[host].at);
    points[0] = this.restPoint(hosts[transfer.from], 0);
    points[points.length - 1] = this.restPoint(hosts[transfer.to], 0);
    const s = transfer.samples, t = now.at - transfer.at;
    let i = 0;
    while (i + 4 < s.length && s[i + 2] < t) i += 2;
    const part = between(t, s[i], s[i + 2], s[i + 1], s[i + 3]) / 1000 * (points.length - 1), leg = Math.min(points.length - 2, Math.floor(part));
    return mix(points[leg], points[leg + 1], part - leg);
  }

  drawMails(now) {
    const live = transfers.filter(t => t.mail >= 0 && t.path.length > 1 && happened(t, now) && t.end > now.at), shown = [];
    this.layers.ways.show(live.map(t => ({
      key: t.index,
      make: () => svg('polyline', { points: t.path.map(h => `${hosts[h].at.x},${hosts[h].at.y}`).join(' '), class: 'way' }),
    })));
    for (const [host, pile] of pilesAt(now, live)) pile.forEach((held, position) => {
      if (position >= SHOWN_AT_HOST) return;
      shown.push(this.envelope(`${held.mail}@${host}`, held, this.restPoint(hosts[host], position), held.alpha));
      if (position === SHOWN_AT_HOST - 1 && pile.length > SHOWN_AT_HOST) shown.push(this.count(host, pile.length));
    });
    shown.reverse();
    for (const t of live) shown.push(this.envelope(`t${t.index}`, { mail: t.mail, state: STATE.ACTIVE }, this.transferPoint(t, now), 1));
    this.layers.mails.show(shown);
  }

  envelope(key, { mail, state }, at, alpha) {
    const w = Math.max(18, this.icon * 0.58);
    return {
      key: `${key} ${state}`,
      make: () => {
        const node = envelopeShape(w, mails[mail].parent >= 0);
        const badge = state === STATE.DEFERRED ? clockShape(w * 0.24) : state === STATE.PICKED_UP ? tickShape(w * 0.2)
          : state === STATE.BOUNCED || state === STATE.DISCARDED ? crossShape(w * 0.35, w * 0.12) : null;
        if (badge) node.append(badge);
        if (badge && (state === STATE.DEFERRED || state === STATE.PICKED_UP)) place(badge, w * 0.45, w * 0.3);
        node.classList.add('envelope');
        return lookable(node, `${mails[mail].name}: ${stateNames[state]}`, () => this.look({ what: 'mail', index: mail }));
      },
      update: node => { place(node, at.x, at.y); node.setAttribute('opacity', alpha.toFixed(2)); },
    };
  }

  count(host, n) {
    const at = this.restPoint(hosts[host], SHOWN_AT_HOST - 1);
    return { key: `n${host} ${n}`, make: () => svg('text', { x: at.x + 14, y: at.y + 4, class: 'name halo', 'font-size': this.font - 1 }, `${n}`) };
  }

  drawPackets(now) {
    const live = hops.filter(hop => hop.sent <= now.at && now.at <= hop.end && isUnderWay(hop, now)), waiting = new Map(), stamps = [], said = [];
    for (const hop of live) {
      const link = links[hop.link];
      let at;
      if (now.at < hop.begins) {
        const key = `${hop.link} ${hop.dir}`, position = waiting.get(key) || 0;
        waiting.set(key, position + 1);
        if (position >= SHOWN_WAITING) continue;
        at = this.waitingPoint(link, hop.dir, position);
      } else {
        at = this.lanePoint(link, hop.dir, hop.arrives > hop.begins ? (now.at - hop.begins) / (hop.arrives - hop.begins) : 1);
      }
      const packet = packets[hop.packet];
      stamps.push({
        key: hop.index,
        make: () => lookable(packetShape(packet.class, STAMP), packet.label, () => this.look({ what: 'packet', index: hop.packet })),
        update: node => place(node, at.x, at.y),
      });
      if (live.length <= LABELLED) said.push({ key: hop.index, text: packet.label, at, kind: `class${packet.class}`, alpha: 1 });
    }
    this.layers.packets.show(stamps);
    this.said = said;
  }

  drawDeaths(now) {
    const dying = drops.filter(drop => happened(drop, now) && now.screen - screenAt(drop.at) < DROP_FADES && (drop.hop >= 0 || drop.host >= 0));
    this.layers.deaths.show(dying.slice(-50).map(drop => {
      const age = Math.max(0, now.screen - screenAt(drop.at)) / 1000, alpha = Math.min(1, 1.4 * (1 - age * 1000 / DROP_FADES));
      const hop = hops[drop.hop], at = hop ? this.lanePoint(links[hop.link], hop.dir, drop.place / 1000) : { ...hosts[drop.host].at };
      const packet = packets[drop.packet];
      at.y += 5 * Math.min(age, 1.5);
      this.said.push({ key: `d${drop.index}`, text: packet.death, at, kind: 'lost', alpha });
      return {
        key: drop.index,
        make: () => {
          const ghost = packetShape(packet.class, STAMP);
          ghost.setAttribute('opacity', 0.35);
          return lookable(svg('g', { class: 'death' }, ghost, deathShape(!hop, STAMP * 1.2, STAMP * 0.7, 'var(--panel)'), deathShape(!hop, STAMP * 1.15, STAMP * 0.34)),
            `${packet.label}: ${packet.death}`, () => this.look({ what: 'packet', index: drop.packet }));
        },
        update: node => { place(node, at.x, at.y); node.setAttribute('opacity', alpha.toFixed(2)); },
      };
    }));
    this.drawWords();
  }

  /* Words beside what moves, as long as nothing else stands there; a death is told over a link's label, too. */
  drawWords() {
    const names = hosts.flatMap(host => [{ ...host.box, h: this.font * 1.3, y: host.box.y + (host.above ? 0 : 2) },
      { x: host.at.x - this.icon / 2, y: host.at.y - this.icon / 2, w: this.icon, h: this.icon }]);
    const labels = links.filter(link => link.label).map(link => link.label.box), taken = [], shown = [];
    for (const { key, text, at, kind, alpha } of this.said.reverse()) {
      const w = measure(text, this.font - 1, true) + 8, h = this.font + 4;
      const tries = [[-w / 2, 12], [-w / 2, -12 - h], [13, -h / 2], [-13 - w, -h / 2], [-13 - w, 6], [13, 6], [-13 - w, -h - 5], [13, -h - 5], [-w / 2, 12 + h]]
        .map(([x, y]) => ({ x: at.x + x, y: at.y + y, w, h })).filter(b => b.x > 0 && b.y > 0 && b.x + w < this.width && b.y + h < this.height);
      const free = (...others) => tries.find(b => ![taken, ...others].flat().some(other => meets(other, b)));
      const box = free(names, labels) || (kind === 'lost' && (free(names) || free()));
      if (!box) continue;
      taken.push(box);
      shown.push({
        key,
        make: () => svg('text', { class: `word middle halo ${kind}`, 'font-size': this.font - 1 }, text),
        update: node => { place(node, box.x + w / 2, box.y + h / 2); node.setAttribute('opacity', alpha.toFixed(2)); },
      });
    }
    this.layers.words.show(shown);
  }
}

/* At the very instant the order of events says whether it is sent yet, and whether it is lost already. */
const lastWord = new Map(drops.map(drop => [drop.hop, drop]));
const isUnderWay = (hop, now) => (hop.sent < now.at || packets[hop.packet].step < 0 || steps[packets[hop.packet].step].event <= now.event) &&
  !(lastWord.has(hop.index) && happened(lastWord.get(hop.index), now));

/* One envelope for all recipients of a mail that lies at one host: host to [{mail, state, alpha}]. */
function pilesAt(now, live) {
  const piles = new Map(), seen = new Set();
  for (const letter of letters) for (const [host, { state, at }] of letter.copies) {
    if (host < 0 || state === STATE.UNKNOWN || state === STATE.HANDED_ON || seen.has(`${letter.mail}@${host}`)) continue;
    if (live.some(t => t.mail === letter.mail && t.from === host)) continue;
    const fades = state >= STATE.BOUNCED, alpha = fades ? 1 - (now.screen - screenAt(at)) / GONE_FADES : 1;
    if (alpha <= 0) continue;
    seen.add(`${letter.mail}@${host}`);
    if (!piles.has(host)) piles.set(host, []);
    piles.get(host)[fades ? 'push' : 'unshift']({ mail: letter.mail, state, alpha: Math.min(1, alpha) });
  }
  return piles;
}

/* What a host holds, or what is wrong with it: [text, whether it is unwell]. */
function hostWords(host, now) {
  if (!host.up) return [words.down, true];
  if (host.trouble) return [host.trouble, true];
  const outbox = new Set(), queue = new Set(), mailbox = new Set(), read = new Set(); /* a mail for several counts once */
  let next = Infinity;
  for (const letter of letters) {
    const copy = letter.copies.get(host.index);
    if (!copy) continue;
    if (copy.state === STATE.OUTBOX) outbox.add(letter.mail);
    if (copy.state >= STATE.QUEUED && copy.state <= STATE.DEFERRED) queue.add(letter.mail);
    if (copy.state === STATE.DELIVERED) mailbox.add(letter.mail);
    if (copy.state === STATE.PICKED_UP) read.add(letter.mail);
    if (copy.state === STATE.DEFERRED && copy.next > now.at) next = Math.min(next, copy.next);
  }
  if (next < Infinity && !mailbox.size) return [`${words.nextTryIn} ${countdown(next - now.at)}`, false];
  return [[[words.outbox, outbox], [words.inQueue, queue], [words.mailbox, mailbox], [words.read, read]]
    .filter(([, held]) => held.size).map(([word, held]) => `${word} ${held.size}`).join(' · '), false];
}
