/* The time line: how much happens when, what matters, and where we are; its scale is the pace's. */
class TimeLine {
  constructor(seek) {
    this.seek = seek;
    this.picture = svg('svg', { class: 'timeline', 'aria-hidden': 'true' });
    this.range = html('input', {
      type: 'range',
      min: 0,
      max: Math.ceil(screenTotal),
      step: 1,
      value: 0,
      'aria-label': words.time,
      id: 'time',
      oninput: () => seek(Number(this.range.value)),
    });
    this.node = html('div', { class: 'time' }, this.picture, this.range);
    this.picture.addEventListener('pointerdown', event => {
      this.picture.setPointerCapture(event.pointerId);
      this.drag(event);
    });
    this.picture.addEventListener('pointermove', event => {
      if (event.buttons) this.drag(event);
    });
    this.cursor = svg('line', { class: 'cursor' });
  }

  drag(event) {
    const box = this.picture.getBoundingClientRect();
    this.seek(Math.max(0, Math.min(1, (event.clientX - box.left - 8) / (box.width - 16))) * screenTotal);
  }

  x(screen) {
    return 8 + (screen / screenTotal) * (this.width - 16);
  }

  resize(width, height) {
    this.width = width;
    this.height = height;
    this.foot = height - 15; /* below it the times */
    const tall = this.foot - 20,
      bars = this.bars(tall);
    this.ahead = svg('rect', { y: 18, height: this.foot - 18, class: 'still' });
    this.picture.replaceChildren(
      svg('rect', { x: 8, y: 18, width: width - 16, height: this.foot - 18, rx: 4, class: 'ground' }),
      ...bars,
      this.ahead,
      ...this.losses(),
      ...this.times(),
      ...this.marks(),
      this.cursor,
    );
  }

  /* How much happens: green, as much of it as is said. A bar in which something is sent again is framed. */
  bars(tall) {
    const bins = Math.max(1, Math.floor((this.width - 16) / 4)),
      unit = (this.width - 16) / bins,
      counts = Array.from({ length: bins }, () => [0, 0, 0]);
    for (const step of steps) {
      if (step.sort === SORT.WAY) continue;
      const count = counts[Math.min(bins - 1, Math.floor((screenAt(step.at) / screenTotal) * bins))];
      count[step.sort === SORT.LINE ? 1 : 0]++;
      if (step.sort === SORT.PACKET && step.packet >= 0 && packets[step.packet].class === CLASS.RETRANSMIT) count[2]++;
    }
    const most = Math.max(1, ...counts.map(([a, b]) => a + b)),
      height = n => Math.max(2, Math.sqrt(n / most) * tall);
    return counts.flatMap(([happened, said, again], i) => {
      const box = n => ({ x: 8 + i * unit, y: this.foot - height(n), width: Math.max(1, unit - 1), height: height(n) });
      return [
        ['bar', happened + said],
        ['bar words', said],
      ]
        .filter(([, n]) => n)
        .map(([kind, n]) => svg('rect', { ...box(n), class: kind }))
        .concat(again ? [svg('rect', { ...box(happened + said), class: 'again' })] : []);
    });
  }

  /* A loss is a line through the whole strip; where there are very many, or of what a host did not take, one at its foot. */
  losses() {
    const lost = marks.filter(mark => mark.kind === MARK.LOSS),
      many = lost.length > 60,
      seen = new Set();
    return lost.flatMap(mark => {
      const x = Math.round(this.x(screenAt(mark.at))),
        low = many || notTaken.has(steps[mark.step].packet);
      if (seen.has(x)) return [];
      seen.add(x);
      return [
        svg('line', { x1: x, x2: x, y1: low ? this.foot - (this.foot - 18) * 0.25 : 18, y2: this.foot, class: 'loss' }),
      ];
    });
  }

  times() {
    const n = Math.max(1, Math.floor((this.width - 16) / 130));
    return Array.from({ length: n + 1 }, (_, i) =>
      svg(
        'text',
        {
          x: this.x((screenTotal * i) / n),
          y: this.height - 6,
          'font-size': 11,
          class: `faint mono ${i === 0 ? '' : i === n ? 'end' : 'middle'}`,
        },
        axisTime(worldAt((screenTotal * i) / n)),
      ),
    );
  }

  marks() {
    const signs = {
      [MARK.COMPOSED]: mark => (mails[mark.mail]?.sort === MAIL_SORT.DELAY ? 'delayReported' : 'written'),
      [MARK.ATTEMPT]: () => 'attempt',
      [MARK.DEFERRED]: () => 'deferred',
      [MARK.DELIVERED]: () => 'delivered',
      [MARK.PICKED_UP]: () => 'pickedUp',
      [MARK.BOUNCED]: () => 'sentBack',
      [MARK.NOT_SENT]: () => 'notSent',
      [MARK.CAPTION]: () => 'caption',
      [MARK.FAULT]: () => 'fault',
      [MARK.RETRANSMISSION]: () => 'retransmission',
    };
    const shape = mark =>
      mark.kind === MARK.LOSS
        ? deathShape(notTaken.has(steps[mark.step].packet), 4, 1.8)
        : signShape(signs[mark.kind](mark), mark.kind === MARK.CAPTION ? 3.6 : 5);
    /* What matters most finds its place first. */
    const order = [
        MARK.BOUNCED,
        MARK.NOT_SENT,
        MARK.DELIVERED,
        MARK.PICKED_UP,
        MARK.LOSS,
        MARK.COMPOSED,
        MARK.FAULT,
        MARK.DEFERRED,
        MARK.ATTEMPT,
        MARK.RETRANSMISSION,
        MARK.CAPTION,
      ],
      taken = new Set();
    return order
      .flatMap(kind => marks.filter(mark => mark.kind === kind))
      .flatMap(mark => {
        const x = this.x(screenAt(mark.at)),
          cell = Math.round(x / 6);
        if ([-1, 0, 1].some(by => taken.has(cell + by))) return [];
        taken.add(cell);
        const node = svg('g', {}, shape(mark), svg('title', {}, steps[mark.step].text));
        place(node, x, 9);
        return [node];
      });
  }

  draw(now) {
    const x = this.x(now.screen);
    for (const [name, value] of Object.entries({ x1: x, x2: x, y1: 14, y2: this.foot }))
      this.cursor.setAttribute(name, value);
    this.ahead.setAttribute('x', x.toFixed(1));
    this.ahead.setAttribute('width', Math.max(0, this.width - 8 - x).toFixed(1));
    if (document.activeElement !== this.range || Math.abs(this.range.value - now.screen) > 1)
      this.range.value = Math.round(now.screen);
    this.range.setAttribute('aria-valuetext', clockText(now.at));
  }
}
