/* DNS: the latest look-up with the whole walk from host to host that it took, and what the resolver remembers. */
const WALK_ROW = 34,
  WALK_HEAD = 30;

class NamesView {
  constructor(look) {
    this.look = look;
    this.svg = svg('svg', { role: 'group', 'aria-label': words.names });
    this.cache = html('div', { class: 'cache' });
    this.node = html('div', { class: 'names' }, html('div', { class: 'walk' }, this.svg), this.cache);
  }

  resize(width) {
    this.width = Math.floor(width > 560 ? width * 0.6 : width) - 26; /* padding */
    this.node.classList.toggle('narrow', width <= 560);
    this.key = null;
  }

  /* The question of the line that is looked at, or of the latest. */
  question(now) {
    const at = closely.at && closely.at.what === 'step' ? steps[closely.at.index].event : -1;
    const looked = at >= 0 && lines.find(line => line.event === at && line.walk >= 0);
    if (looked) return looked.walk;
    for (let i = countHappened(lines, now) - 1; i >= 0; i--) if (lines[i].walk >= 0) return lines[i].walk;
    return -1;
  }

  draw(now) {
    const question = this.question(now),
      walk = question < 0 ? [] : lines.filter(line => line.walk === question && happened(line, now));
    const key = `${question} ${walk.length} ${Math.floor(now.at / 1e9)} ${countHappened(cacheChanges, now)}`;
    if (key === this.key) return;
    this.key = key;
    this.drawWalk(walk);
    this.drawCache(now, walk);
  }

  drawWalk(walk) {
    const lanes = [...new Set(walk.flatMap(line => [line.host, line.peer]).filter(host => host >= 0))],
      height = WALK_HEAD + walk.length * WALK_ROW + 8;
    const x = host => (this.width * (lanes.indexOf(host) + 0.5)) / lanes.length,
      size = this.width / Math.max(1, lanes.length) - 8;
    this.svg.setAttribute('width', this.width);
    this.svg.setAttribute('height', Math.max(60, height));
    if (!walk.length) {
      this.svg.replaceChildren(
        svg('text', { x: this.width / 2, y: 40, class: 'faint middle', 'font-size': 14 }, words.noName),
      );
      return;
    }
    this.svg.replaceChildren(
      ...lanes.map(host =>
        svg(
          'g',
          {},
          svg('line', { x1: x(host), x2: x(host), y1: WALK_HEAD, y2: height, class: 'column' }),
          svg(
            'text',
            { x: x(host), y: 14, class: 'middle name', 'font-size': 12 },
            shortened(hosts[host].name, size, 12, true),
          ),
        ),
      ),
      ...walk.map((line, i) => this.step(line, walk[0].at, x, WALK_HEAD + i * WALK_ROW)),
    );
    this.node.firstChild.scrollTop = this.svg.clientHeight;
  }

  step(line, since, x, y) {
    const kind = line.flags & FLAG.CLIENT ? 'client' : 'server',
      from = x(line.host),
      to = line.peer >= 0 ? x(line.peer) : from,
      base = y + WALK_ROW - 6;
    const after = bound(`+${((line.at - since) / 1e6).toFixed(0)} ms`),
      left = Math.min(from, to) + 6,
      room = this.width - left - 70,
      direction = Math.sign(to - from);
    const node = svg(
      'g',
      { class: kind },
      svg(
        'text',
        { x: room > 90 ? left : 4, y: base - 11, class: 'halo said', 'font-size': 12 },
        shortened(line.text, room > 90 ? room : this.width - 74, 12, false),
      ),
      svg('text', { x: this.width - 6, y: base - 11, class: 'faint end mono halo', 'font-size': 11 }, after),
      direction
        ? svg('path', {
            d: `M${from} ${base}H${to}M${to - 8 * direction} ${base - 4}L${to} ${base}L${to - 8 * direction} ${base + 4}`,
            class: 'step',
          })
        : '',
    );
    const step = stepOfEvent.get(line.event);
    return step === undefined ? node : lookable(node, line.text, () => this.look({ what: 'step', index: step }));
  }

  drawCache(now, walk) {
    const knows = host => [...hosts[host].cache.values()].filter(entry => entry.at + entry.ttl * 1e9 > now.at);
    const asked = [...new Set(walk.flatMap(line => [line.host, line.peer]))].filter(host => host >= 0),
      everybody = hosts.map(host => host.index);
    const host = [...asked, ...everybody].find(one => knows(one).length);
    if (host === undefined) {
      this.cache.replaceChildren(html('p', { class: 'faint' }, words.nothingKnown));
      return;
    }
    const left = entry => bound(`${Math.ceil((entry.at + entry.ttl * 1e9 - now.at) / 1e9)} s`);
    this.cache.replaceChildren(
      html('p', { class: 'faint' }, filled(words.remembers, hosts[host].name)),
      html(
        'ul',
        {},
        ...knows(host)
          .reverse()
          .slice(0, 60)
          .map(entry =>
            html(
              'li',
              {},
              html('strong', {}, `${entry.name} ${entry.qtype}`),
              ` ${entry.text} `,
              html('span', { class: 'mono' }, left(entry)),
            ),
          ),
      ),
    );
  }
}
