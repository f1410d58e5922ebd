'use strict';
/* The run, as the page carries it: tables of rows of numbers, and one table of texts. A name with $ is the number of a
   text, one with a point belongs to another thing: -1 is none. Times are nanoseconds of the world; `event` counts all
   events of the run, so that what happens at one instant has its order. */
const raw = JSON.parse(document.getElementById('run').textContent);

/* A number stays with its unit where a text is wrapped: "4 min 50 s" is never broken at its spaces (as bound_text.c). */
const UNIT = '(?:ns|µs|us|ms|s|min|h|d|%|B|bytes|kB|bit/s|kbit/s|Mbit/s|Gbit/s|MB|GB)(?!\\p{L})',
  BEFORE_UNIT = new RegExp(`(\\d) (?=${UNIT})`, 'gu'),
  BETWEEN = new RegExp(`(\\d\\u00a0${UNIT}) (?=[\\d.]+\\u00a0${UNIT})`, 'gu');
const bound = text => text.replace(BEFORE_UNIT, '$1\u00a0').replace(BETWEEN, '$1\u00a0');
const texts = raw.texts.map(bound),
  textOf = number => texts[number];

function table(name, ...fields) {
  const plain = fields.map(field => field.replace('$', ''));
  return raw[name].map((row, index) => {
    const thing = { index };
    plain.forEach((field, i) => {
      thing[field] = fields[i][0] === '$' ? textOf(row[i]) : row[i];
    });
    return thing;
  });
}

const words = Object.fromEntries(raw.words.map(([name, text]) => [textOf(name), textOf(text)]));
const title = textOf(raw.title),
  seed = textOf(raw.seed),
  endOfRun = raw.end;

/* x, y: thousandths of the map. up of a link: a bit a direction. */
const hosts = table('hosts', '$name', 'role', '$text', '$address', 'x', 'y');
const links = table('links', '$name', 'a', 'b');
const hostChanges = table('hostChanges', 'host', 'event', 'at', 'up', '$text');
const linkChanges = table('linkChanges', 'link', 'event', 'at', 'up', '$text');

/* cause is a step, packet a packet. */
const SORT = { PACKET: 0, LOSS: 1, LINE: 2, MAIL: 3, CAPTION: 4, OTHER: 5, WAY: 6 };
const steps = table('steps', 'event', 'at', 'sort', '$text', 'cause', 'packet');
const lines = table('lines', 'event', 'at', 'speech', 'host', 'peer', 'flags', '$text', 'mail', 'session', 'walk');
/* walk of a line: the event of the question that it goes back to. */
const captions = table('captions', 'event', 'at', '$text', '$cite');
const MARK = {
  COMPOSED: 0,
  ATTEMPT: 1,
  DEFERRED: 2,
  DELIVERED: 3,
  PICKED_UP: 4,
  BOUNCED: 5,
  LOSS: 6,
  CAPTION: 7,
  FAULT: 8,
  RETRANSMISSION: 9,
  NOT_SENT: 10,
};
const marks = table('marks', 'kind', 'at', 'step', 'mail');

const CLASS = { CONTROL: 0, ACK: 1, DATA: 2, RETRANSMIT: 3, DNS: 4, ICMP: 5, FRAGMENT: 6, OTHER: 7 };
const classes = table('classes', '$name', 'used');
const packets = table('packets', 'class', 'from', 'to', 'step', 'sent', 'end', 'endStep', '$label', '$death', 'size');
const hops = table('hops', 'packet', 'link', 'dir', 'sent', 'begins', 'arrives', 'end');
const drops = table('drops', 'packet', 'hop', 'host', 'at', 'event', 'place');
/* Those that came to a host which did not take them. */
const notTaken = new Set(drops.filter(drop => drop.hop < 0).map(drop => drop.packet));

const STATE = {
  UNKNOWN: 0,
  OUTBOX: 1,
  QUEUED: 2,
  ACTIVE: 3,
  DEFERRED: 4,
  HANDED_ON: 5,
  DELIVERED: 6,
  PICKED_UP: 7,
  BOUNCED: 8,
  DISCARDED: 9,
  EXPANDED: 10,
  NOT_SENT: 11,
};
const stateNames = raw.stateNames.map(textOf);
const mails = table('mails', '$name', '$from', '$to', '$subject', 'parent', 'host', 'size', 'event', 'at', 'sort');
/* A mail for one recipient. ended: 0 not in this run, 1 delivered, 2 bounced, 3 given up and never sent. */
const letters = table('letters', 'mail', '$recipient', 'at', 'end', 'ended');
/* own: where the letter is; otherwise what one host that has it, or had it, knows. copies: in the mailbox there. */
const states = table('states', 'letter', 'event', 'at', 'host', 'state', 'next', 'own', '$why', 'copies');
/* samples: time since its beginning and thousandths of the way, again and again. */
const transfers = table('transfers', 'mail', 'from', 'to', 'event', 'at', 'end', 'path', 'samples');
const attempts = table('attempts', 'letter', 'host', 'peer', 'at', 'end', '$outcome', '$why', 'nth', 'step', 'endStep');

/* Where the time of a letter went: parts one after the other, sums by stage (-1: what is too short to be told, `count`
   parts), and the whole. losses of a part: step, at, text, after how long it was sent again (0: never), its words. */
const stages = raw.stages.map(textOf);
const whyParts = table('whyParts', 'letter', 'from', 'to', 'stage', '$text', 'ns', '$length', 'losses');
for (const part of whyParts)
  part.losses = part.losses.map(([step, at, text, ns, length]) => ({
    step,
    at,
    text: textOf(text),
    ns,
    length: textOf(length),
  }));
const whySums = table('whySums', 'letter', 'stage', 'count', 'ns', '$length');
const whyWhole = new Map(
  table('whyWhole', 'letter', 'from', 'delivered', 'ns', '$length').map(row => [row.letter, row]),
);
const CACHE = { PUT: 0, GONE: 1, EMPTIED: 2 };
const cacheChanges = table('cache', 'host', 'event', 'at', 'kind', '$name', '$qtype', '$text', 'ttl');

const afterwards = (time, since) => (time < 0 ? Infinity : since + time);
for (const packet of packets) packet.end = afterwards(packet.end, packet.sent);
for (const hop of hops) {
  hop.sent += packets[hop.packet].sent;
  for (const what of ['begins', 'arrives', 'end']) hop[what] = afterwards(hop[what], hop.sent);
}
for (const transfer of transfers) transfer.end = afterwards(transfer.end, transfer.at);
for (const attempt of attempts) attempt.end = afterwards(attempt.end, attempt.at);
const stepOfEvent = new Map(steps.map(step => [step.event, step.index]));

/* What is sought: an instant, and of the events at it those up to `event`. */
const happened = (thing, now) => thing.at < now.at || (thing.at === now.at && thing.event <= now.event);

/* Changes in the order of time, applied up to an instant; going back begins anew. */
class Fold {
  constructor(changes, reset, apply) {
    Object.assign(this, { changes, reset, apply, done: 0 });
    reset();
  }
  to(now) {
    if (this.done && !happened(this.changes[this.done - 1], now)) {
      this.reset();
      this.done = 0;
    }
    while (this.done < this.changes.length && happened(this.changes[this.done], now))
      this.apply(this.changes[this.done++]);
  }
}

/* How many of a list that is in the order of time have happened. */
function countHappened(list, now) {
  let low = 0,
    high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (happened(list[middle], now)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const world = [
  new Fold(
    hostChanges,
    () =>
      hosts.forEach(host => {
        host.up = 1;
        host.trouble = '';
      }),
    change => {
      hosts[change.host].up = change.up;
      hosts[change.host].trouble = change.text;
    },
  ),
  new Fold(
    linkChanges,
    () =>
      links.forEach(link => {
        link.up = 3;
        link.text = '';
      }),
    change => {
      links[change.link].up = change.up;
      links[change.link].text = change.text;
    },
  ),
  new Fold(
    states,
    () =>
      letters.forEach(letter => {
        letter.own = null;
        letter.copies = new Map();
      }),
    state => {
      if (state.own) letters[state.letter].own = state;
      else letters[state.letter].copies.set(state.host, state);
    },
  ),
  new Fold(
    cacheChanges,
    () =>
      hosts.forEach(host => {
        host.cache = new Map();
      }),
    change => {
      const cache = hosts[change.host].cache,
        key = `${change.name} ${change.qtype}`;
      if (change.kind === CACHE.EMPTIED) cache.clear();
      else if (change.kind === CACHE.PUT) cache.set(key, change);
      else cache.delete(key);
    },
  ),
];
