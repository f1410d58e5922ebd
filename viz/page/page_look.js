/* What is looked at closely: a packet, a step, a host, a link or a mail, and why it came to be. */
const CAUSES_SHOWN = 40;

class LookView {
  constructor(close, goTo, look) {
    Object.assign(this, { close, goTo, look, at: null });
    this.heading = html('h2', { tabindex: '-1' });
    this.body = html('div', { class: 'look-body' });
    this.node = html(
      'section',
      { class: 'panel look', 'aria-label': words.keyLook, hidden: '' },
      html(
        'header',
        {},
        this.heading,
        html('button', { type: 'button', class: 'small', 'aria-label': words.close, onclick: close }, '✕'),
      ),
      this.body,
    );
  }

  show(what) {
    this.at = what;
    this.node.hidden = !what;
    this.key = null;
    if (what) this.node.scrollTop = 0;
  }

  /* The step that stands for what is looked at. */
  cited() {
    if (!this.at) return -1;
    if (this.at.what === 'packet') return packets[this.at.index].step;
    return this.at.what === 'step' ? this.at.index : -1;
  }

  draw(now) {
    if (!this.at) return;
    const kind = this.at.what,
      moves = kind === 'host' || kind === 'mail' || kind === 'link' || kind === 'packet';
    const key = moves ? `${countHappened(steps, now)}` : 'still';
    if (key === this.key) return;
    this.key = key;
    const [heading, ...parts] = this[kind](this.at.index, now);
    this.heading.textContent = heading;
    this.body.replaceChildren(...parts);
  }

  facts(...pairs) {
    return html(
      'dl',
      {},
      ...pairs
        .filter(([, value]) => value !== '' && value !== undefined)
        .flatMap(([name, value]) => [html('dt', {}, name), html('dd', {}, `${value}`)]),
    );
  }

  packet(index, now) {
    const packet = packets[index],
      name = host => (host < 0 ? '?' : hosts[host].name),
      ended = packet.end <= now.at;
    const fate = !ended ? words.onItsWay : packet.death || `${words.arrived}, ${shortTime(packet.end)}`;
    const icon = svg(
      'svg',
      { class: 'mark', viewBox: '-12 -10 24 20', 'aria-hidden': 'true' },
      packetShape(packet.class, 8),
    );
    return [
      packet.label,
      html('p', { class: 'kind' }, icon, ` ${classes[packet.class].name}, ${name(packet.from)} → ${name(packet.to)}`),
      packet.step >= 0 ? html('p', {}, steps[packet.step].text) : '',
      html('p', { class: ended && packet.death ? 'fate lost' : 'fate' }, fate),
      this.facts([words.size, packet.size]),
      this.causes(ended && packet.death && packet.endStep >= 0 ? packet.endStep : packet.step),
    ];
  }

  step(index) {
    const step = steps[index];
    return [shortTime(step.at), html('p', {}, step.text), this.causes(index)];
  }

  host(index, now) {
    const host = hosts[index],
      [text, unwell] = hostWords(host, now),
      held = [];
    for (const letter of letters) {
      const copy = letter.copies.get(index);
      if (copy && copy.state !== STATE.HANDED_ON)
        held.push(
          this.button(
            `${mails[letter.mail].name} → ${letter.recipient}: ${stateNames[copy.state]}${copy.why ? `, ${copy.why}` : ''}`,
            () => this.look({ what: 'mail', index: letter.mail }),
          ),
        );
    }
    return [
      host.name,
      html('p', { class: unwell ? 'lost' : '' }, text),
      this.facts([words.address, host.address], ['', host.text]),
      html('ul', {}, ...held.slice(0, 60).map(button => html('li', {}, button))),
    ];
  }

  link(index) {
    const link = links[index],
      text = link.up === 3 ? '' : link.up ? words.oneWay : words.linkDown;
    return [
      link.name,
      html('p', { class: 'lost' }, text),
      this.facts(['', `${hosts[link.a].name} – ${hosts[link.b].name}`], ['', link.text]),
    ];
  }

  mail(index, now) {
    const mail = mails[index],
      mine = letters.filter(letter => letter.mail === index);
    const state = letter =>
      letter.own && letter.at <= now.at
        ? `${letter.recipient}: ${stateNames[letter.own.state]}${letter.own.why ? ` (${letter.own.why})` : ''}`
        : letter.recipient;
    const tries = attempts.filter(a => letters[a.letter].mail === index && a.at <= now.at && a.step >= 0);
    const why = mine.some(letter => whyWhole.has(letter.index))
      ? html(
          'p',
          {},
          this.button(words.why, () => {
            bringToFront('why');
            views.why.show(mine.find(letter => whyWhole.has(letter.index)).index);
          }),
        )
      : '';
    return [
      mail.name,
      why,
      this.facts(
        [words.from, mail.from],
        [words.recipients, mail.to],
        [words.subject, mail.subject],
        [words.size, mail.size],
      ),
      html('ul', {}, ...mine.slice(0, 60).map(letter => html('li', {}, state(letter)))),
      tries.length ? html('h3', {}, words.attempts) : '',
      html(
        'ul',
        {},
        ...tries.slice(-40).map(a =>
          html(
            'li',
            {},
            this.button(`${shortTime(a.at)} ${a.end <= now.at ? `${a.outcome} ${a.why}` : '…'}`, () =>
              this.goTo(a.end <= now.at && a.endStep >= 0 ? a.endStep : a.step),
            ),
          ),
        ),
      ),
    ];
  }

  button(text, action) {
    return html('button', { type: 'button', onclick: action }, text);
  }

  /* Back to the scenario: each cause can be gone to. */
  causes(step) {
    const rows = [];
    for (let at = step >= 0 ? steps[step].cause : -1; at >= 0 && rows.length < CAUSES_SHOWN; at = steps[at].cause) {
      if (steps[at].sort !== SORT.WAY)
        rows.push(
          html(
            'li',
            {},
            this.button('', () => this.goTo(at)),
          ),
        );
      if (steps[at].sort !== SORT.WAY)
        rows[rows.length - 1].firstChild.append(html('time', {}, shortTime(steps[at].at)), ` ${steps[at].text}`);
    }
    return rows.length ? html('div', {}, html('h3', {}, words.because), html('ol', { class: 'causes' }, ...rows)) : '';
  }
}
