/* The map: hosts and links as they are, packets on their right-hand lane, mails as envelopes, the dying for some seconds. */
const DROP_FADES = 3500,
  GONE_FADES = 4000,
  LABELLED = 4,
  NEAR = 45;

class MapView {
  constructor(look) {
    this.look = look;
    this.node = svg('svg', { role: 'group', 'aria-label': words.map });
    this.layers = ['ways', 'wires', 'labels', 'hosts', 'mails', 'packets', 'names', 'deaths', 'words'].reduce(
      (layers, name) => {
        const group = svg('g', { class: name });
        this.node.append(group);
        return { ...layers, [name]: new Layer(group) };
      },
      {},
    );
  }

  resize(width, height) {
    Object.assign(this, { width, height });
    this.plan = new MapPlan(width, height);
    this.icon = this.plan.icon;
    this.font = this.plan.font;
    for (const layer of Object.values(this.layers)) layer.show([]);
  }

  draw(now) {
    this.drawWires();
    this.drawHosts(now);
    this.drawNames(now);
    this.drawMails(now);
    this.drawPackets(now);
    this.drawDeaths(now);
  }

  drawWires() {
    this.layers.wires.show(
      links.map(link => ({
        key: link.index,
        make: () => {
          const line = { x1: link.from.x, y1: link.from.y, x2: link.to.x, y2: link.to.y };
          return lookable(svg('g', {}, svg('line', { ...line, class: 'reach' }), svg('line', line)), link.name, () =>
            this.look({ what: 'link', index: link.index }),
          );
        },
        update: node => node.setAttribute('class', `lookable wire ${link.up === 3 ? '' : 'down'}`),
      })),
    );
    this.layers.labels.show(
      links
        .filter(link => link.label)
        .map(link => ({
          key: link.index,
          make: () =>
            svg('text', { x: link.label.x, y: link.label.y, 'font-size': this.font - 1.5, class: 'faint middle' }),
          update: node => {
            const text = link.up === 3 ? link.text : link.up ? words.oneWay : words.linkDown;
            if (node.textContent !== text) node.textContent = text;
            node.classList.toggle('wire-down', link.up !== 3);
          },
        })),
    );
  }

  drawHosts(now) {
    this.layers.hosts.show(
      hosts.map(host => ({
        key: host.index,
        make: () => {
          const icon = hostIcon(host.role),
            cross = stroke(
              `M${-this.icon * 0.5} ${this.icon * 0.5}L${this.icon * 0.5} ${-this.icon * 0.5}`,
              'var(--lost)',
              this.icon * 0.09,
            );
          icon.setAttribute('transform', `scale(${this.icon / 100})`);
          cross.classList.add('cross');
          const node = svg('g', {}, icon, cross);
          place(node, host.at.x, host.at.y);
          return lookable(node, host.name, () => this.look({ what: 'host', index: host.index }));
        },
        update: node =>
          node.setAttribute(
            'class',
            `lookable host ${host.up ? '' : 'down'} ${hostWords(host, now)[1] ? 'unwell' : ''}`,
          ),
      })),
    );
  }

  /* Over the packets: where there was no better place for a name, they pass under it. What a host holds is said beside its
     name, which stays next to the icon. */
  drawNames(now) {
    this.layers.names.show(
      hosts
        .filter(host => host.label)
        .map(host => ({
          key: host.index,
          make: () => {
            const { box, align, above, afar } = host.label,
              x = box.x + (align === 'start' ? 2 : align === 'end' ? box.w - 2 : box.w / 2);
            const line = this.font * 1.3,
              two = box.h > 1.5 * line,
              y = above ? box.y + box.h - line * (two ? 1.45 : 0.5) : box.y + line / 2;
            const { from, to } = leaderOf(host, box),
              isFar = afar ? distance(from, to) > 8 : Math.abs(from.y - to.y) > 12;
            const node = svg(
              'g',
              {},
              isFar ? svg('line', { class: 'leader', x1: from.x, y1: from.y, x2: to.x, y2: to.y }) : '',
              svg('text', { class: `name halo ${align}`, 'font-size': this.font, x, y }, host.called),
              svg('text', { class: `says halo ${align}`, 'font-size': this.font - 1.5, x, y: y + line * 0.95 }),
            );
            node.addEventListener('pointerdown', event => {
              event.preventDefault();
              this.look({ what: 'host', index: host.index });
            });
            return node;
          },
          update: node => {
            const [text, unwell] = hostWords(host, now),
              says = node.lastChild,
              shown = this.plan.terse ? '' : text;
            node.setAttribute('class', `naming ${host.up ? '' : 'down'} ${unwell ? 'unwell' : ''}`);
            if (says.textContent !== shown) says.textContent = shown;
          },
        })),
    );
  }

  /* The way of the mail, and how far along it is: each link an equal part. */
  transferPoint(transfer, now) {
    const points = transfer.path.map(host => hosts[host].at);
    points[0] = this.plan.restPoint(hosts[transfer.from], 0);
    points[points.length - 1] = this.plan.restPoint(hosts[transfer.to], 0);
    const s = transfer.samples,
      t = now.at - transfer.at;
    let i = 0;
    while (i + 4 < s.length && s[i + 2] < t) i += 2;
    const part = (between(t, s[i], s[i + 2], s[i + 1], s[i + 3]) / 1000) * (points.length - 1),
      leg = Math.min(points.length - 2, Math.floor(part));
    return mix(points[leg], points[leg + 1], part - leg);
  }

  drawMails(now) {
    const live = transfers.filter(t => t.mail >= 0 && t.path.length > 1 && happened(t, now) && t.end > now.at),
      shown = [];
    this.layers.ways.show(
      live.map(t => ({
        key: t.index,
        make: () =>
          svg('polyline', { points: t.path.map(h => `${hosts[h].at.x},${hosts[h].at.y}`).join(' '), class: 'way' }),
      })),
    );
    for (const [host, pile] of pilesAt(now, live))
      pile.forEach((held, position) => {
        if (position >= SHOWN_AT_HOST) return;
        shown.push(this.envelope(`${held.mail}@${host}`, held, this.plan.restPoint(hosts[host], position), held.alpha));
        if (position === SHOWN_AT_HOST - 1 && pile.length > SHOWN_AT_HOST) shown.push(this.count(host, pile.length));
      });
    shown.reverse();
    for (const t of live)
      shown.push(this.envelope(`t${t.index}`, { mail: t.mail, state: STATE.ACTIVE }, this.transferPoint(t, now), 1));
    this.layers.mails.show(shown);
  }

  envelope(key, { mail, state }, at, alpha) {
    const w = this.plan.envelope();
    return {
      key: `${key} ${state}`,
      make: () => {
        const node = envelopeShape(w, mails[mail].sort, state === STATE.PICKED_UP);
        const badge =
          state === STATE.DEFERRED
            ? signShape('deferred', w * 0.26)
            : state === STATE.BOUNCED || state === STATE.DISCARDED || state === STATE.NOT_SENT
              ? strikeShape(w)
              : null;
        if (badge) node.append(badge);
        if (state === STATE.DEFERRED) place(badge, w * 0.45, w * 0.3);
        node.classList.add('envelope');
        return lookable(node, `${mails[mail].name}: ${stateNames[state]}`, () =>
          this.look({ what: 'mail', index: mail }),
        );
      },
      update: node => {
        place(node, at.x, at.y);
        node.setAttribute('opacity', alpha.toFixed(2));
      },
    };
  }

  count(host, n) {
    const at = this.plan.restPoint(hosts[host], SHOWN_AT_HOST - 1),
      x = Math.min(at.x + 14, this.width - measure(`${n}`, this.font - 1, true) - 2);
    return {
      key: `n${host} ${n}`,
      make: () => svg('text', { x, y: at.y + 4, class: 'name halo', 'font-size': this.font - 1 }, `${n}`),
    };
  }

  drawPackets(now) {
    const live = hops.filter(hop => hop.sent <= now.at && now.at <= hop.end && isUnderWay(hop, now)),
      waiting = new Map(),
      stamps = [],
      said = [];
    const stamp = this.plan.stamp;
    for (const hop of live) {
      const link = links[hop.link];
      let at;
      if (now.at < hop.begins) {
        const key = `${hop.link} ${hop.dir}`,
          position = waiting.get(key) || 0;
        waiting.set(key, position + 1);
        if (position >= Math.max(1, this.plan.rowOf(link, hop.dir).shown)) continue;
        at = this.plan.waitingPoint(link, hop.dir, position);
      } else {
        at = this.plan.lanePoint(
          link,
          hop.dir,
          hop.arrives > hop.begins ? (now.at - hop.begins) / (hop.arrives - hop.begins) : 1,
        );
      }
      const packet = packets[hop.packet];
      stamps.push({
        key: hop.index,
        make: () =>
          lookable(packetShape(packet.class, stamp), packet.label, () =>
            this.look({ what: 'packet', index: hop.packet }),
          ),
        update: node => place(node, at.x, at.y),
      });
      if (live.length <= LABELLED)
        said.push({ key: hop.index, text: packet.label, at, kind: `class${packet.class}`, alpha: 1 });
    }
    for (const [key, n] of waiting) {
      const [link, dir] = key.split(' ').map(Number),
        { shown } = this.plan.rowOf(links[link], dir);
      if (shown && n > shown)
        stamps.push(this.rest(`${key} +`, this.plan.waitingPoint(links[link], dir, shown), n - shown));
    }
    this.layers.packets.show(stamps);
    this.said = said;
  }

  /* How many wait that are not shown. */
  rest(key, at, n) {
    return {
      key,
      make: () => svg('text', { x: at.x, y: at.y, class: 'faint middle halo more', 'font-size': this.font - 2 }),
      update: node => {
        if (node.textContent !== `+${n}`) node.textContent = `+${n}`;
      },
    };
  }

  drawDeaths(now) {
    const dying = drops.filter(
      drop => happened(drop, now) && now.screen - screenAt(drop.at) < DROP_FADES && (drop.hop >= 0 || drop.host >= 0),
    );
    this.layers.deaths.show(
      dying.slice(-50).map(drop => {
        const age = Math.max(0, now.screen - screenAt(drop.at)) / 1000,
          alpha = Math.min(1, 1.4 * (1 - (age * 1000) / DROP_FADES));
        const hop = hops[drop.hop],
          at = hop ? this.plan.lanePoint(links[hop.link], hop.dir, drop.place / 1000) : { ...hosts[drop.host].at };
        const packet = packets[drop.packet];
        at.y += 5 * Math.min(age, 1.5);
        this.said.push({ key: `d${drop.index}`, text: packet.death, at, kind: 'lost', alpha });
        return {
          key: drop.index,
          make: () => {
            const r = this.plan.stamp,
              ghost = packetShape(packet.class, r);
            ghost.setAttribute('opacity', 0.35);
            return lookable(
              svg(
                'g',
                { class: 'death' },
                ghost,
                deathShape(!hop, r * 1.2, r * 0.7, 'var(--panel)'),
                deathShape(!hop, r * 1.15, r * 0.34),
              ),
              `${packet.label}: ${packet.death}`,
              () => this.look({ what: 'packet', index: drop.packet }),
            );
          },
          update: node => {
            place(node, at.x, at.y);
            node.setAttribute('opacity', alpha.toFixed(2));
          },
        };
      }),
    );
    this.drawWords();
  }

  /* Words beside what moves, as long as nothing else stands there; a death is told over a link's label, too, and those
     that die alike at one place are told of once. */
  drawWords() {
    const names = hosts.flatMap(host => (host.label ? [host.label.box, host.iconBox] : [host.iconBox]));
    const labels = links.filter(link => link.label).map(link => link.label.box),
      taken = [],
      shown = [],
      reasons = [];
    for (const { key, text, at, kind, alpha } of this.said.reverse()) {
      if (kind === 'lost' && reasons.some(other => other.text === text && distance(other.at, at) < NEAR)) continue;
      const w = measure(text, this.font - 1, true) + 8,
        h = this.font + 4;
      const tries = [
        [-w / 2, 12],
        [-w / 2, -12 - h],
        [13, -h / 2],
        [-13 - w, -h / 2],
        [-13 - w, 6],
        [13, 6],
        [-13 - w, -h - 5],
        [13, -h - 5],
        [-w / 2, 12 + h],
      ]
        .map(([x, y]) => ({ x: at.x + x, y: at.y + y, w, h }))
        .filter(b => b.x > 0 && b.y > 0 && b.x + w < this.width && b.y + h < this.height);
      const free = (...others) => tries.find(b => ![taken, ...others].flat().some(other => meets(other, b)));
      const box = free(names, labels) || (kind === 'lost' && (free(names) || free()));
      if (!box) continue;
      taken.push(box);
      if (kind === 'lost') reasons.push({ text, at });
      shown.push({
        key,
        make: () => svg('text', { class: `word middle halo ${kind}`, 'font-size': this.font - 1 }, text),
        update: node => {
          place(node, box.x + w / 2, box.y + h / 2);
          node.setAttribute('opacity', alpha.toFixed(2));
        },
      });
    }
    this.layers.words.show(shown);
  }
}

/* At the very instant the order of events says whether it is sent yet, and whether it is lost already. */
const lastWord = new Map(drops.map(drop => [drop.hop, drop]));
const isUnderWay = (hop, now) =>
  (hop.sent < now.at || packets[hop.packet].step < 0 || steps[packets[hop.packet].step].event <= now.event) &&
  !(lastWord.has(hop.index) && happened(lastWord.get(hop.index), now));

/* One envelope for all recipients of a mail that lies at one host: host to [{mail, state, alpha}]. */
function pilesAt(now, live) {
  const piles = new Map(),
    seen = new Set();
  for (const letter of letters)
    for (const [host, { state, at }] of letter.copies) {
      if (host < 0 || state === STATE.UNKNOWN || state === STATE.HANDED_ON || seen.has(`${letter.mail}@${host}`))
        continue;
      if (live.some(t => t.mail === letter.mail && t.from === host)) continue;
      const fades = state >= STATE.BOUNCED && state !== STATE.NOT_SENT,
        alpha = fades ? 1 - (now.screen - screenAt(at)) / GONE_FADES : 1;
      if (alpha <= 0) continue;
      seen.add(`${letter.mail}@${host}`);
      if (!piles.has(host)) piles.set(host, []);
      piles.get(host)[fades ? 'push' : 'unshift']({ mail: letter.mail, state, alpha: Math.min(1, alpha) });
    }
  return piles;
}

/* Where a mail has come more than once, its copies are more than the mails. */
function copiesWords(several) {
  if (!several || several.every(n => n <= 1)) return '';
  return words.copies.replace(
    '%u',
    several.reduce((sum, n) => sum + n, 0),
  );
}

/* What a host holds, or what is wrong with it: [text, whether it is unwell]. */
function hostWords(host, now) {
  if (!host.up) return [words.down, true];
  if (host.trouble) return [host.trouble, true];
  const outbox = new Set(),
    queue = new Set(),
    mailbox = new Set(),
    read = new Set() /* a mail for several counts once */,
    notSent = new Set(),
    copies = new Map();
  let next = Infinity;
  for (const letter of letters) {
    const copy = letter.copies.get(host.index);
    if (!copy) continue;
    if (copy.state === STATE.OUTBOX) outbox.add(letter.mail);
    if (copy.state >= STATE.QUEUED && copy.state <= STATE.DEFERRED) queue.add(letter.mail);
    if (copy.state === STATE.DELIVERED) mailbox.add(letter.mail);
    if (copy.state === STATE.PICKED_UP) read.add(letter.mail);
    if (copy.state === STATE.NOT_SENT) notSent.add(letter.mail);
    copies.set(copy.state, [...(copies.get(copy.state) || []), copy.copies]);
    if (copy.state === STATE.DEFERRED && copy.next > now.at) next = Math.min(next, copy.next);
  }
  if (next < Infinity && !mailbox.size) return [`${words.nextTryIn} ${countdown(next - now.at)}`, false];
  return [
    [
      [words.outbox, outbox],
      [words.notSent, notSent],
      [words.inQueue, queue],
      [words.mailbox, mailbox, copies.get(STATE.DELIVERED)],
      [words.read, read, copies.get(STATE.PICKED_UP)],
    ]
      .filter(([, held]) => held.size)
      .map(([word, held, several]) => `${word} ${held.size}${copiesWords(several)}`)
      .join(' · '),
    false,
  ];
}
