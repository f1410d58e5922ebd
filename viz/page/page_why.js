/* Why late: where the time of a mail went, from its writing to its delivery. A bar of its parts, their sums, and the chain
   of them with what was lost in each; every row is a press away. */
const filled = (pattern, ...values) => values.reduce((text, value) => text.replace('%s', () => value), pattern);

class WhyView {
  constructor(look) {
    this.look = look;
    this.node = html('div', { class: 'why' });
    this.letter = null;
    const known = letters.filter(letter => whyWhole.has(letter.index));
    this.longest = known.reduce(
      (most, letter) => (!most || whyWhole.get(letter.index).ns > whyWhole.get(most.index).ns ? letter : most),
      null,
    );
    this.select = html(
      'select',
      { 'aria-label': words.whichMail, onchange: () => this.show(Number(this.select.value)) },
      ...known.map(letter =>
        html('option', { value: letter.index }, `${mails[letter.mail].name} → ${letter.recipient}`),
      ),
    );
  }

  resize() {
    if (this.letter === null) this.show(this.longest ? this.longest.index : -1);
    else this.fitWords();
  }

  /* Half a word in the bar says nothing. */
  fitWords() {
    for (const box of this.node.querySelectorAll('.bar button')) {
      box.firstChild.hidden = false;
      box.firstChild.hidden = box.firstChild.offsetWidth > box.clientWidth;
    }
  }

  show(letter) {
    this.letter = letter;
    if (letter < 0) {
      this.node.replaceChildren(html('p', { class: 'nothing' }, words.noWhy));
      return;
    }
    const whole = whyWhole.get(letter),
      name = mails[letters[letter].mail].name;
    const heading = filled(
      whole.delivered ? words.reached : words.notReached,
      name,
      letters[letter].recipient,
      whole.length,
    );
    this.select.value = letter;
    this.node.replaceChildren(
      html('div', { class: 'row' }, html('strong', {}, heading), this.select),
      this.bar(whole),
      this.sums(letter, whole),
      this.chain(letter),
    );
    this.fitWords();
  }

  parts(letter) {
    return whyParts.filter(part => part.letter === letter);
  }

  at(part) {
    return Math.max(0, countHappened(steps, { at: part.from, event: Infinity }) - 1);
  }

  bar(whole) {
    const percent = ns => `${((100 * ns) / whole.ns).toFixed(3)}%`,
      bar = html('div', { class: 'bar', role: 'group', 'aria-label': words.why });
    for (const part of this.parts(whole.letter)) {
      const box = html(
        'button',
        {
          type: 'button',
          class: `stage${part.stage}`,
          title: `${part.text}: ${part.length}`,
          'aria-label': `${part.text}: ${part.length}`,
          onclick: () => goTo(this.at(part)),
        },
        html('span', {}, stages[part.stage]),
      );
      box.style.left = percent(part.from - whole.from);
      box.style.width = percent(part.to - part.from);
      bar.append(box);
      for (const loss of part.losses) {
        const cross = html('span', { class: 'cross', 'aria-hidden': 'true' }, '✕');
        cross.style.left = percent(loss.at - whole.from);
        bar.append(cross);
      }
    }
    this.present = html('span', { class: 'present', 'aria-hidden': 'true' });
    bar.append(this.present);
    return bar;
  }

  sums(letter, whole) {
    const told = whySums
      .filter(sum => sum.letter === letter && sum.stage >= 0)
      .map(sum => `${stages[sum.stage]} ${sum.length}`);
    return html('p', { class: 'sums' }, `${told.join(' + ')} = ${whole.length}`);
  }

  row(kind, text, length, action) {
    return html(
      'li',
      {},
      html(
        'button',
        { type: 'button', class: kind, onclick: action },
        html('span', { class: 'what' }, text),
        html('span', { class: 'length mono' }, length),
      ),
    );
  }

  chain(letter) {
    const rows = this.parts(letter).flatMap(part => [
      this.row(`part stage${part.stage}`, part.text, part.length, () => goTo(this.at(part))),
      ...part.losses.map(loss => this.row('lost', `✕ ${loss.text}`, loss.ns ? loss.length : '', () => goTo(loss.step))),
    ]);
    const shorter = whySums.find(sum => sum.letter === letter && sum.stage < 0);
    if (shorter)
      rows.push(
        html(
          'li',
          { class: 'shorter' },
          html('span', { class: 'what' }, filled(words.shorter, shorter.count)),
          html('span', { class: 'length mono' }, shorter.length),
        ),
      );
    return html('ol', { class: 'chain' }, ...rows);
  }

  /* The mail that is looked at, if there is one. */
  draw(now) {
    const looked =
      closely.at && closely.at.what === 'mail'
        ? letters.find(letter => letter.mail === closely.at.index && whyWhole.has(letter.index))
        : null;
    if (looked && this.lookedAt !== looked.mail) this.show(looked.index);
    this.lookedAt = looked ? looked.mail : null;
    if (!this.present || this.letter < 0) return;
    const whole = whyWhole.get(this.letter),
      part = (now.at - whole.from) / whole.ns;
    this.present.hidden = part < 0 || part > 1;
    this.present.style.left = `${(100 * part).toFixed(3)}%`;
  }
}
