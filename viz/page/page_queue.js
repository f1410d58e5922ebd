/* The queues: a row for each mail and recipient, from its writing to its end; each attempt a bar with its outcome. */
const ROW = 28,
  AXIS = 20,
  SAYS_ENOUGH = 14;

class QueueView {
  constructor(look) {
    this.look = look;
    this.box = html('div', { class: 'queue' });
    this.node = this.box;
    this.svg = svg('svg', { role: 'group', 'aria-label': words.queue });
    this.axis = svg('svg', { class: 'axis', 'aria-hidden': 'true' });
    this.box.append(this.axis, this.svg);
    this.rows = new Layer(svg('g', {}));
    this.present = svg('line', { class: 'present' });
    this.svg.append(this.rows.node, this.present);
    this.first = letters.reduce((first, letter) => Math.min(first, letter.at), endOfRun);
    this.last = letters.reduce((last, letter) => Math.max(last, letter.end), this.first + 1);
    this.wish = Math.max(2, letters.length) * ROW + AXIS + 40; /* as high as it would like to be, heading included */
  }

  resize(width, height) {
    this.width = width;
    const widest = letters.reduce(
      (most, letter) => Math.max(most, measure(`${mails[letter.mail].name} → ${letter.recipient}`, 12, false)),
      0,
    );
    this.names = Math.min(widest + 36, 280, width * 0.4);
    this.state = width > 430 ? 120 : 0;
    this.right = width - this.state - 10;
    this.svg.setAttribute('width', width);
    this.svg.setAttribute('height', Math.max(letters.length * ROW, height - AXIS - 4));
    this.axis.setAttribute('width', width);
    this.axis.setAttribute('height', AXIS);
    this.rows.show([]);
    this.drawn = null;
    this.drawAxis();
    if (!letters.length)
      this.svg.replaceChildren(
        svg('text', { x: width / 2, y: 40, class: 'faint middle', 'font-size': 14 }, words.noMail),
      );
  }

  x(at) {
    return (
      this.names + Math.max(0, Math.min(1, (at - this.first) / (this.last - this.first))) * (this.right - this.names)
    );
  }

  drawAxis() {
    const n = Math.max(1, Math.floor((this.right - this.names) / 110));
    this.axis.replaceChildren(
      ...Array.from({ length: n + 1 }, (_, i) => {
        const at = this.first + ((this.last - this.first) * i) / n;
        return svg(
          'text',
          { x: this.x(at), y: 13, class: `faint ${i === 0 ? '' : i === n ? 'end' : 'middle'} mono`, 'font-size': 11 },
          axisTime(at),
        );
      }),
    );
  }

  draw(now) {
    const x = this.x(now.at);
    for (const [name, value] of Object.entries({ x1: x, x2: x, y1: 0, y2: letters.length * ROW }))
      this.present.setAttribute(name, value);
    const key = `${steps.length && countHappened(steps, now)} ${Math.floor(x)}`;
    if (key === this.drawn || !letters.length) return;
    this.drawn = key;
    this.rows.show(
      letters.map(letter => ({
        key: letter.index,
        make: () => this.make(letter),
        update: node => this.update(node, letter, now),
      })),
    );
  }

  make(letter) {
    const mail = mails[letter.mail],
      name = `${mail.name} → ${letter.recipient}`,
      icon = envelopeShape(16, mail.sort);
    place(icon, 12, ROW / 2);
    const label = lookable(
      svg(
        'g',
        {},
        icon,
        svg('text', { x: 26, y: ROW / 2, class: 'row', 'font-size': 12 }, shortened(name, this.names - 32, 12, false)),
        svg('title', {}, name),
      ),
      name,
      () => this.look({ what: 'mail', index: letter.mail }),
    );
    const to = this.x(letter.end),
      from = this.x(letter.at);
    const bars = attempts.filter(a => a.letter === letter.index).map(a => this.bar(a, letter));
    const node = svg(
      'g',
      {},
      label,
      svg('rect', { x: from, y: ROW * 0.36, width: Math.max(2, to - from), height: ROW * 0.28, rx: 4, class: 'life' }),
      svg('rect', {
        x: from,
        y: ROW * 0.36,
        height: ROW * 0.28,
        width: 0,
        rx: 4,
        class: mail.sort === MAIL_SORT.BOUNCE ? 'lived bounce' : 'lived',
      }),
      svg('g', {}, ...bars),
      svg('text', { x: this.width - 4, y: ROW / 2, class: 'faint end', 'font-size': 11.5 }),
    );
    place(node, 0, letter.index * ROW);
    return node;
  }

  bar(attempt, letter) {
    const x = this.x(attempt.at),
      w = Math.max(3, this.x(Math.min(attempt.end, endOfRun)) - x),
      mine = attempts.filter(a => a.letter === letter.index);
    const next = mine[mine.indexOf(attempt) + 1],
      room = (next ? this.x(next.at) : this.right) - x - w - 22,
      kind = outcomeKind(attempt);
    const isLast = !next && letter.ended === 1 && attempt.end <= letter.end,
      icon = signShape(
        kind === 'good' ? (isLast ? 'delivered' : 'taken') : kind === 'lost' ? 'refused' : 'deferred',
        5,
      );
    place(icon, x + w + 9, ROW / 2);
    const whole = shortened(attempt.why, room, 11.5, false),
      said = whole === attempt.why || whole.length >= SAYS_ENOUGH ? whole : ''; /* a crumb of it says nothing */
    const outcome = svg(
      'g',
      { class: 'outcome' },
      room > -6 ? icon : '',
      said ? svg('text', { x: x + w + 18, y: ROW / 2, class: 'halo', 'font-size': 11.5 }, said) : '',
    );
    const node = svg(
      'g',
      { 'data-attempt': attempt.index, class: `attempt ${kind}` },
      svg('rect', { x, y: ROW * 0.14, width: w, height: ROW * 0.72, rx: Math.min(4, w / 3) }),
      outcome,
      svg('title', {}, `${attempt.outcome} ${attempt.why}`),
    );
    const step = attempt.endStep >= 0 ? attempt.endStep : attempt.step;
    return step < 0
      ? node
      : lookable(node, `${shortTime(attempt.at)} ${attempt.outcome} ${attempt.why}`, () =>
          this.look({ what: 'step', index: step, go: true }),
        );
  }

  update(node, letter, now) {
    const [, , lived, bars, state] = node.children,
      from = this.x(letter.at),
      own = letter.own;
    node.classList.toggle('ahead', letter.at > now.at);
    lived.setAttribute('width', Math.max(0, this.x(Math.min(now.at, letter.end)) - from));
    for (const bar of bars.children) {
      const attempt = attempts[bar.dataset.attempt];
      bar.classList.toggle('ahead', attempt.at > now.at);
      bar.classList.toggle('done', attempt.end <= now.at);
      const x = this.x(attempt.at),
        to = attempt.at > now.at ? Math.min(attempt.end, endOfRun) : Math.min(attempt.end, now.at);
      bar.firstChild.setAttribute('width', Math.max(3, this.x(to) - x));
    }
    const waits = own && own.state === STATE.DEFERRED && own.next > now.at;
    const text =
      !this.state || !own ? '' : waits ? `${words.nextTryIn} ${countdown(own.next - now.at)}` : stateNames[own.state];
    if (state.textContent !== text) state.textContent = shortened(text, this.state, 11.5, false);
  }
}

function outcomeKind(attempt) {
  if (attempt.outcome === 'done' || attempt.outcome === 'delivered') return 'good';
  if (attempt.outcome === 'never') return 'lost';
  return attempt.nth < 0 ? 'ghost' : 'warn';
}
