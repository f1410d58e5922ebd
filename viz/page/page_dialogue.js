/* What is said over SMTP, POP3 and DNS: the newest line at the bottom. */
const LINES_SHOWN = 150,
  FLAG = { CLIENT: 1, CONTENT: 2, SECRET: 4 },
  SPEECH = ['SMTP', 'POP3', 'DNS'];

class DialogueView {
  constructor(look) {
    this.look = look;
    this.node = html('ol', { class: 'dialogue', 'aria-label': words.dialogue });
    this.shown = -1;
  }

  resize() {}

  draw(now) {
    const n = countHappened(lines, now);
    if (n === this.shown) return;
    const from = Math.max(0, n - LINES_SHOWN);
    if (this.shown >= 0 && n > this.shown && n - this.shown < LINES_SHOWN && this.shown > 0) {
      for (let i = this.shown; i < n; i++) this.node.append(...this.rows(i));
      while (this.node.children.length > 2 * LINES_SHOWN) this.node.firstChild.remove();
    } else {
      this.node.replaceChildren();
      for (let i = from; i < n; i++) this.node.append(...this.rows(i));
      if (!n) this.node.append(html('li', { class: 'nothing' }, words.silence));
    }
    for (const row of this.node.querySelectorAll('.newest')) row.classList.remove('newest');
    if (n) this.node.lastChild.classList.add('newest');
    this.shown = n;
    this.node.scrollTop = this.node.scrollHeight;
  }

  rows(i) {
    const line = lines[i],
      before = lines[i - 1];
    const same =
      before &&
      before.speech === line.speech &&
      [before.host, before.peer].includes(line.host) &&
      (line.peer < 0 || [before.host, before.peer].includes(line.peer));
    return same ? [this.row(line)] : [html('li', { class: 'talk' }, this.heading(line)), this.row(line)];
  }

  heading(line) {
    const ends = [line.host, line.peer].filter(host => host >= 0).map(host => hosts[host].name);
    if (!(line.flags & FLAG.CLIENT)) ends.reverse();
    return `${SPEECH[line.speech]}: ${ends.join(' → ')}`;
  }

  mark(line) {
    if (line.flags & FLAG.CONTENT)
      return svg(
        'svg',
        { class: 'mark', viewBox: '-11 -9 22 18', 'aria-hidden': 'true' },
        envelopeShape(18, line.mail >= 0 ? mails[line.mail].sort : MAIL_SORT.LETTER),
      );
    if (line.speech === 2)
      return svg('svg', { class: 'mark', viewBox: '-11 -9 22 18', 'aria-hidden': 'true' }, packetShape(CLASS.DNS, 7));
    return html(
      'span',
      { class: 'mark letter', 'aria-hidden': 'true' },
      line.flags & FLAG.SECRET ? '🔒' : line.flags & FLAG.CLIENT ? 'C' : 'S',
    );
  }

  row(line) {
    const who = line.flags & FLAG.CLIENT ? 'client' : 'server',
      step = stepOfEvent.get(line.event);
    const name = line.host >= 0 ? hosts[line.host].name : '';
    return html(
      'li',
      { class: who },
      html(
        'button',
        {
          type: 'button',
          'aria-label': `${shortTime(line.at)} ${name}: ${line.text}`,
          onclick: () => step !== undefined && this.look({ what: 'step', index: step }),
        },
        html('time', {}, shortTime(line.at)),
        this.mark(line),
        html('span', { class: 'said' }, line.text),
      ),
    );
  }
}
