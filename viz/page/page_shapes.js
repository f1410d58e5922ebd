/* Elements, and the shapes of the window: colour and shape always say the same. Text goes in as text and never as HTML. */
function element(space, tag, attributes, children) {
  const node = space ? document.createElementNS(space, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}
const html = (tag, attributes, ...children) => element(null, tag, attributes, children);
const svg = (tag, attributes, ...children) => element('http://www.w3.org/2000/svg', tag, attributes, children);

/* The changing children of an element. What keeps its key from picture to picture stays the same element, so that it
   keeps the focus and can be pressed while it moves. */
class Layer {
  constructor(node) {
    this.node = node;
    this.known = new Map();
  }
  show(things) {
    /* [{key, make: () => node, update: node => void}], the first lowest */
    const seen = new Map();
    for (const { key, make, update } of things) {
      const node = this.known.get(key) || make();
      if (!node.parentNode) this.node.append(node);
      if (update) update(node);
      seen.set(key, node);
    }
    for (const [key, node] of this.known) if (!seen.has(key)) node.remove();
    this.known = seen;
  }
}

const place = (node, x, y) => node.setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);

/* Something that can be looked at closely, by pointer and by keyboard. */
function lookable(node, label, action) {
  node.setAttribute('tabindex', '0');
  node.setAttribute('role', 'button');
  node.setAttribute('aria-label', label);
  node.classList.add('lookable');
  node.addEventListener('pointerdown', event => {
    event.preventDefault();
    action();
  });
  node.addEventListener('keydown', event => {
    if (event.key !== 'Enter') return;
    event.stopPropagation();
    action();
  });
  return node;
}

const measure = (() => {
  const context = document.createElement('canvas').getContext('2d'),
    known = new Map();
  return (text, size, bold) => {
    const key = `${bold ? 'b' : 'r'}${size} ${text}`;
    if (!known.has(key)) {
      if (known.size > 20000) known.clear();
      context.font = `${bold ? 'bold ' : ''}${size}px system-ui, "DejaVu Sans", sans-serif`;
      known.set(key, context.measureText(text).width);
    }
    return known.get(key);
  };
})();

function shortened(text, width, size, bold) {
  if (measure(text, size, bold) <= width) return text;
  let n = text.length;
  while (n > 1 && measure(`${text.slice(0, n)}…`, size, bold) > width) n--;
  return n > 1 ? `${text.slice(0, n)}…` : '';
}

const polygon = (points, attributes) =>
  svg('polygon', { points: points.map(p => p.join(',')).join(' '), ...attributes });

function square(r, x, attributes) {
  return svg('rect', { x: x - r, y: -r * 0.8, width: 2 * r, height: 1.6 * r, rx: r * 0.25, ...attributes });
}

function packetShape(kind, r) {
  const colour = `var(--class${kind})`,
    edge = Math.max(1, r * 0.2);
  const full = { fill: colour, stroke: 'var(--panel)', 'stroke-width': edge };
  const hollow = { fill: 'var(--panel)', stroke: colour, 'stroke-width': edge };
  const diamond = s => [
      [0, -s],
      [s, 0],
      [0, s],
      [-s, 0],
    ],
    triangle = s => [
      [0, -s],
      [s * 1.05, s * 0.8],
      [-s * 1.05, s * 0.8],
    ];
  switch (kind) {
    case CLASS.CONTROL:
      return svg('g', {}, polygon(diamond(r * 1.2), full));
    case CLASS.ACK:
      return svg('g', {}, svg('circle', { r: r * 0.65, ...full }));
    case CLASS.DATA:
      return svg('g', {}, square(r, 0, full));
    case CLASS.RETRANSMIT:
      return svg('g', {}, square(r * 1.5, 0, hollow), square(r * 0.95, 0, { fill: colour }));
    case CLASS.DNS:
      return svg('g', {}, polygon(triangle(r * 1.1), full));
    case CLASS.ICMP:
      return svg('g', {}, polygon(triangle(-r * 1.1), full));
    case CLASS.FRAGMENT:
      return svg('g', {}, square(r * 0.55, -r * 0.45, full), square(r * 0.4, r * 0.6, hollow));
    default:
      return svg('g', {}, polygon(diamond(r * 0.9), hollow));
  }
}

const stroke = (d, colour, width) =>
  svg('path', {
    d,
    fill: 'none',
    stroke: colour,
    'stroke-width': width,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  });
const crossShape = (r, width, colour) =>
  stroke(`M${-r} ${-r}L${r} ${r}M${-r} ${r}L${r} ${-r}`, colour || 'var(--lost)', width);
/* The end of a packet: lost on its way, or not taken by the host that it came to. */
const deathShape = (turnedAway, r, width, colour) =>
  turnedAway
    ? svg(
        'g',
        {},
        svg('circle', { r, fill: 'none', stroke: colour || 'var(--lost)', 'stroke-width': width * 0.8 }),
        stroke(`M${-r * 0.5} 0L${r * 0.5} 0`, colour || 'var(--lost)', width),
      )
    : crossShape(r, width, colour);
/* How a mail looks: its sort, as the story tells it, and whether it was picked up. */
const MAIL_SORT = { LETTER: 0, RECEIPT: 1, BOUNCE: 2, DELAY: 3 };

function envelopePaper(box, left, isBounce, line) {
  const ink = { fill: isBounce ? 'var(--bounce)' : 'var(--mail)', stroke: 'var(--mail-ink)', 'stroke-width': line },
    { x, y, width, height } = box;
  if (!isBounce) return svg('rect', { ...box, rx: width * 0.07, ...ink });
  return polygon(
    [
      [x, y + height / 2],
      [left, y],
      [x + width, y],
      [x + width, y + height],
      [left, y + height],
    ],
    { ...ink, 'stroke-linejoin': 'round' },
  );
}

function envelopeFlap(box, left, tip, line, fill) {
  const right = box.x + box.width,
    y = tip < box.y ? box.y : box.y + line / 2,
    way = `M${left} ${y}L${(left + right) / 2} ${tip}L${right} ${y}`;
  const flap = stroke(tip < box.y ? `${way}Z` : way, 'var(--mail-ink)', line);
  if (tip < box.y) flap.setAttribute('fill', fill);
  return flap;
}

/* A bounce is pointed where it goes back to, and has an arrow; the report of a delay has dots; what was picked up is open. */
function envelopeShape(w, sort, isOpened) {
  const h = w * 0.68,
    line = Math.max(1.2, w * 0.05),
    ink = 'var(--mail-ink)',
    isBounce = sort === MAIL_SORT.BOUNCE,
    isDelay = sort === MAIL_SORT.DELAY,
    lower = isOpened ? w * 0.12 : 0,
    box = { x: -w / 2, y: -h / 2 + lower, width: w, height: h - lower },
    left = -w / 2 + (isBounce ? w * 0.24 : 0),
    isPlain = !isBounce && !isDelay;
  const shape = svg('g', {}, envelopePaper(box, left, isBounce, line)),
    kind = isBounce ? 'bounce' : isDelay ? 'delay' : 'mail';
  shape.dataset.sign = isOpened ? `${kind} picked up` : kind;
  if (isOpened)
    shape.append(envelopeFlap(box, left, -h / 2 - w * 0.14, line, isBounce ? 'var(--bounce)' : 'var(--mail)'));
  if (isPlain || !isOpened) shape.append(envelopeFlap(box, left, box.y + box.height * (isPlain ? 0.56 : 0.32), line));
  if (isBounce)
    shape.append(
      stroke(
        `M${w * 0.34} ${w * 0.13}H${-w * 0.32}M${-w * 0.16} ${w * 0.02}L${-w * 0.32} ${w * 0.13}L${-w * 0.16} ${w * 0.24}`,
        ink,
        line,
      ),
    );
  if (isDelay)
    for (const x of [-0.24, 0, 0.24])
      shape.append(svg('circle', { cx: x * w, cy: w * 0.16, r: Math.max(1, w * 0.08), fill: ink }));
  return shape;
}

/* Through an envelope: it is given up. */
const strikeShape = w =>
  svg(
    'g',
    { 'data-sign': 'given up' },
    ...['var(--panel)', 'var(--lost)'].map((colour, i) =>
      stroke(`M${-w * 0.52} ${w * 0.44}L${w * 0.52} ${-w * 0.44}`, colour, w * (i ? 0.13 : 0.26)),
    ),
  );

/* The signs of the window, each meaning with a shape of its own (viz/draw/signs.c). */
const SIGNS = {
  attempt: r => [
    stroke(`M${-r} 0H${r}M${r * 0.25} ${-r * 0.6}L${r} 0L${r * 0.25} ${r * 0.6}`, 'var(--faint)', r * 0.3),
  ],
  deferred: r => {
    const ring = r * 0.82,
      at = turn => [ring * Math.cos(turn * Math.PI), ring * Math.sin(turn * Math.PI)],
      [x, y] = at(-0.12),
      [toX, toY] = at(1.47);
    return [
      svg('circle', { r, fill: 'var(--panel)' }),
      stroke(`M${x} ${y}A${ring} ${ring} 0 1 1 ${toX} ${toY}`, 'var(--warn)', Math.max(1.1, r * 0.24)),
      polygon(
        [
          [r * 0.62, -ring],
          [-r * 0.12, -ring - r * 0.5],
          [-r * 0.12, -ring + r * 0.5],
        ],
        { fill: 'var(--warn)' },
      ),
      stroke(`M0 ${-r * 0.42}V${r * 0.1}H${r * 0.38}`, 'var(--warn)', Math.max(1, r * 0.2)),
    ];
  },
  delivered: r => [
    stroke(`M${-r * 1.15} ${r * 0.1}V${r}H${r * 1.15}V${r * 0.1}`, 'var(--good)', Math.max(1.2, r * 0.3)),
    stroke(`M${-r * 0.6} ${-r * 0.35}L${-r * 0.1} ${r * 0.3}L${r * 0.75} ${-r}`, 'var(--good)', r * 0.42),
  ],
  taken: r =>
    ['var(--panel)', 'var(--good)'].map((colour, i) =>
      stroke(`M${-r} 0L${-r * 0.3} ${r * 0.7}L${r} ${-r * 0.8}`, colour, r * (i ? 0.5 : 0.9)),
    ),
  refused: r => [
    svg('rect', { x: -r, y: -r, width: 2 * r, height: 2 * r, rx: r * 0.3, fill: 'var(--lost)' }),
    crossShape(r * 0.5, r * 0.32, 'var(--panel)'),
  ],
  written: r => [envelopeShape(r * 2.8, MAIL_SORT.LETTER)],
  delayReported: r => [envelopeShape(r * 2.8, MAIL_SORT.DELAY)],
  pickedUp: r => [envelopeShape(r * 2.8, MAIL_SORT.LETTER, true)],
  sentBack: r => [envelopeShape(r * 2.8, MAIL_SORT.BOUNCE)],
  notSent: r => [envelopeShape(r * 2.8, MAIL_SORT.LETTER), strikeShape(r * 2.8)],
  retransmission: r => [packetShape(CLASS.RETRANSMIT, r * 0.75)],
  caption: r => [
    svg('rect', { x: -r, y: -r * 0.85, width: 2 * r, height: r * 1.3, rx: r * 0.45, fill: 'var(--faint)' }),
    polygon(
      [
        [-r * 0.55, r * 0.3],
        [r * 0.15, r * 0.3],
        [-r * 0.55, r],
      ],
      { fill: 'var(--faint)' },
    ),
  ],
  fault: r => [
    stroke(`M${r * 0.3} ${-r}L${-r * 0.5} ${r * 0.15}L${r * 0.5} ${-r * 0.1}L${-r * 0.3} ${r}`, 'var(--lost)', r * 0.4),
  ],
};
const signShape = (name, r) => svg('g', { 'data-sign': name }, ...SIGNS[name](r));

const ROLE = { CLIENT: 0, MAIL_SERVER: 1, ROUTER: 2, NAME_SERVER: 3, RESOLVER: 4, OUTSIDE: 5 };

function bookIcon() {
  const icon = svg('g', {});
  for (const side of [-1, 1]) {
    icon.append(
      polygon(
        [
          [0, -26],
          [side * 44, -36],
          [side * 44, 26],
          [0, 36],
        ],
        { class: 'i-body' },
      ),
    );
    for (const line of [0, 1, 2]) {
      const y = -16 + 15 * line;
      icon.append(
        svg('path', { d: `M${side * 10} ${y}L${side * 34} ${y - 5}`, class: line === 1 ? 'i-accent' : 'i-line' }),
      );
    }
  }
  return icon;
}

/* 100 wide, around the middle. */
function hostIcon(role) {
  const box = (x, y, width, height, rx, kind) => svg('rect', { x, y, width, height, rx, class: kind });
  switch (role) {
    case ROLE.CLIENT:
      return svg(
        'g',
        {},
        box(-36, -36, 72, 50, 5, 'i-body'),
        box(-28, -28, 56, 34, 2, 'i-mark'),
        polygon(
          [
            [-36, 20],
            [36, 20],
            [48, 36],
            [-48, 36],
          ],
          { class: 'i-body' },
        ),
        svg('path', { d: 'M-8 30H8', class: 'i-line' }),
      );
    case ROLE.MAIL_SERVER:
      return svg(
        'g',
        {},
        ...[-44, -14, 16].flatMap(y => [
          box(-36, y, 72, 26, 5, 'i-body'),
          svg('circle', { cx: 24, cy: y + 13, r: 4, class: 'i-mark' }),
          svg('path', { d: `M-24 ${y + 13}H6`, class: 'i-line' }),
        ]),
      );
    case ROLE.ROUTER:
      return svg(
        'g',
        {},
        svg('circle', { r: 42, class: 'i-body' }),
        ...[0, 90, 180, 270].map(turn =>
          svg('path', { d: 'M8 0H30M20 -8L30 0L20 8', class: 'i-line', transform: `rotate(${turn})` }),
        ),
      );
    case ROLE.NAME_SERVER:
      return bookIcon();
    case ROLE.RESOLVER: {
      const icon = bookIcon();
      icon.append(
        svg('path', { d: 'M28 26L46 44', class: 'i-accent i-thick' }),
        svg('circle', { cx: 16, cy: 14, r: 20, class: 'i-lens' }),
      );
      return icon;
    }
    case ROLE.OUTSIDE:
      return svg(
        'g',
        {},
        box(-6, -40, 44, 80, 6, 'i-body'),
        svg('path', { d: 'M-44 0H20M2 -16L20 0L2 16', class: 'i-accent' }),
      );
    default:
      return svg('g', {}, box(-36, -36, 72, 72, 10, 'i-body'));
  }
}
