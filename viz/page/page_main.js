/* The page: its panels, its clock, its keys. */
const SPEEDS = [0.125, 0.25, 0.5, 1, 2, 4, 8, 16],
  CALM = window.matchMedia('(prefers-reduced-motion: reduce)'),
  CALM_STEP = 1200;
const READING = 6000,
  READING_A_LETTER = 110;
const now = { at: 0, event: -1, screen: 0 };
const play = { on: false, speed: 3, last: 0, waited: 0 };
let alone = null;

const caption = html('p', { id: 'caption' }),
  sentence = html('p', { id: 'sentence', role: 'status', 'aria-live': 'polite' }),
  cite = html('span', { id: 'cite', hidden: '' });
const clock = html('output', { id: 'clock', 'aria-label': words.time });
const timeOfDay = html('output', { id: 'day' });

/* ---- Going somewhere ---- */

function seekScreen(screen) {
  now.screen = Math.max(0, Math.min(screenTotal, screen));
  now.at = worldAt(now.screen);
  now.event = Infinity;
  if (now.screen === 0) now.event = -1;
  draw();
}

function seekStep(index) {
  if (index < 0) {
    Object.assign(now, { at: 0, event: -1, screen: 0 });
  } else {
    Object.assign(now, { at: steps[index].at, event: steps[index].event, screen: screenAt(steps[index].at) });
  }
  draw();
}

const currentStep = () => countHappened(steps, now) - 1;

/* To the next step of these sorts, or the one before; at either end it stays. */
function step(direction, ...sorts) {
  pause();
  let i = currentStep() + direction;
  while (i >= 0 && i < steps.length && sorts.length && !sorts.includes(steps[i].sort)) i += direction;
  if (i < 0 && !sorts.length) seekStep(-1);
  if (i >= 0 && i < steps.length) seekStep(i);
}

function goTo(index) {
  pause();
  seekStep(index);
  look({ what: 'step', index });
}

function look(what) {
  if (what && what.go) return goTo(what.index);
  closely.show(what);
  document.body.classList.toggle('looking', Boolean(what));
  draw();
  return undefined;
}

function lookAtNow() {
  const at = currentStep();
  if (at < 0) return;
  look(steps[at].packet >= 0 ? { what: 'packet', index: steps[at].packet } : { what: 'step', index: at });
  closely.heading.focus({ preventScroll: true });
}

function goToCause() {
  let at = closely.cited() >= 0 ? closely.cited() : currentStep();
  do at = at >= 0 ? steps[at].cause : -1;
  while (at >= 0 && steps[at].sort === SORT.WAY);
  if (at >= 0) goTo(at);
}

/* ---- Playing ---- */

function setPlaying(on) {
  play.on = on;
  play.last = play.waited = 0;
  sentence.setAttribute('aria-live', on ? 'off' : 'polite'); /* a reader of screens is not to be talked over */
  buttons.play.setAttribute('aria-label', on ? words.pause : words.play);
  buttons.play.title = on ? words.pause : words.play;
  buttons.play.classList.toggle('on', on);
  if (on) requestAnimationFrame(tick);
}
const pause = () => {
  if (play.on) setPlaying(false);
};

function togglePlay() {
  if (!play.on && now.at >= endOfRun && now.screen >= screenTotal - 1) seekScreen(0);
  setPlaying(!play.on);
}

/* Who wants less motion sees one step after the other, each standing still. */
function calmTick(passed) {
  play.waited += passed * SPEEDS[play.speed];
  if (play.waited < CALM_STEP) return;
  play.waited = 0;
  let i = currentStep() + 1;
  while (i < steps.length && steps[i].sort === SORT.WAY) i++;
  if (i < steps.length) seekStep(i);
  else setPlaying(false);
}

function tick(time) {
  if (!play.on) return;
  const passed = play.last ? Math.min(250, time - play.last) : 0;
  play.last = time;
  if (CALM.matches) {
    calmTick(passed);
  } else {
    seekScreen(now.screen + passed * SPEEDS[play.speed]);
    if (now.screen >= screenTotal) setPlaying(false);
  }
  if (play.on) requestAnimationFrame(tick);
}

function changeSpeed(by) {
  play.speed = Math.max(0, Math.min(SPEEDS.length - 1, play.speed + by));
  speed.textContent = `× ${SPEEDS[play.speed]}`;
}

/* ---- The panels ---- */

const views = {
  map: new MapView(look),
  dialogue: new DialogueView(look),
  ladder: new LadderView(look),
  queue: new QueueView(look),
  why: new WhyView(look),
  names: new NamesView(look),
};
const closely = new LookView(() => look(null), goTo, look),
  timeLine = new TimeLine(screen => {
    pause();
    seekScreen(screen);
  });

function legend() {
  const entry = (shape, name) =>
    html('span', { class: 'entry' }, svg('svg', { viewBox: '-11 -9 22 18', 'aria-hidden': 'true' }, shape), name);
  return html(
    'div',
    { class: 'legend' },
    ...classes.filter(kind => kind.used).map(kind => entry(packetShape(kind.index, 6), kind.name)),
    drops.length > notTaken.size ? entry(deathShape(false, 5, 2.2), words.lost) : '',
    notTaken.size ? entry(deathShape(true, 5, 2.2), words.notTaken) : '',
  );
}

/* Queues, why late and DNS share a place: the heading of each has the names of all three. */
const THIRD = ['queue', 'why', 'names'];
let front = 'queue';

const tabs = own =>
  html(
    'h2',
    { class: 'tabs' },
    ...THIRD.map(name =>
      html(
        'button',
        {
          type: 'button',
          class: name === own ? 'own' : '',
          title: `${words.front} (${Object.keys(views).indexOf(name) + 1})`,
          'aria-pressed': `${name === own}`,
          onclick: () => {
            if (name !== own) {
              bringToFront(name);
            } else {
              enlarge(name);
            }
          },
        },
        words[name],
      ),
    ),
  );

function bringToFront(name) {
  const was = alone;
  front = name;
  document.body.dataset.front = name;
  if (was) {
    enlarge(was);
    enlarge(name);
  }
  resize();
}

const panels = Object.fromEntries(
  Object.entries(views).map(([name, view], i) => {
    const heading = THIRD.includes(name)
      ? tabs(name)
      : html(
          'h2',
          {},
          html(
            'button',
            {
              type: 'button',
              title: `${words.enlarge} (${i + 1})`,
              'aria-pressed': 'false',
              onclick: () => enlarge(name),
            },
            words[name],
          ),
        );
    const body = html('div', { class: 'body' }, view.node);
    return [
      name,
      html(
        'section',
        { class: `panel ${name}`, 'aria-label': words[name] },
        html('header', {}, heading, name === 'map' ? legend() : ''),
        body,
      ),
    ];
  }),
);

function enlarge(name) {
  alone = alone === name ? null : name;
  document.body.classList.toggle('alone', Boolean(alone));
  for (const [key, panel] of Object.entries(panels)) {
    panel.classList.toggle('only', key === alone);
    panel.querySelector('h2 button:not(.tabs button)')?.setAttribute('aria-pressed', `${key === alone}`);
  }
  resize();
}

function switchTheme() {
  const root = document.documentElement,
    dark = root.dataset.theme
      ? root.dataset.theme === 'dark'
      : window.matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
}

const icon = (...paths) =>
  svg(
    'svg',
    { viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    ...paths.map(([d, kind]) => svg('path', { d, class: kind })),
  );
const button = (name, action, ...content) =>
  html(
    'button',
    { type: 'button', class: `control ${name}`, 'aria-label': words[name], title: words[name], onclick: action },
    ...content,
  );
const buttons = {
  back: button('back', () => step(-1), icon(['M18 5L9 12L18 19Z M6 5H8V19H6Z', ''])),
  play: button('play', togglePlay, icon(['M7 4L20 12L7 20Z', 'go'], ['M6 4H10V20H6Z M14 4H18V20H14Z', 'wait'])),
  forward: button('forward', () => step(1), icon(['M6 5L15 12L6 19Z M16 5H18V19H16Z', ''])),
  slower: button('slower', () => changeSpeed(-1), '−'),
  faster: button('faster', () => changeSpeed(1), '+'),
  theme: button('theme', switchTheme, '◐'),
  help: button('help', () => toggleHelp(), '?'),
};
const speed = html('span', { class: 'speed', 'aria-live': 'polite' }, '× 1');

const keys = [
  ['Space', words.keySpace],
  ['← →', words.keyArrows],
  ['Shift ← →', words.keyPackets],
  ['Page Up, Page Down', words.keyPages],
  ['Ctrl ← →', words.keyMails],
  ['↑ ↓', words.keyUpDown],
  ['Home, End', words.keyEnds],
  ['Enter', words.keyLook],
  ['c', words.keyCause],
  ['1 … 6', words.keyViews],
  ['t', words.keyTheme],
  ['?', words.help],
  ['Esc', words.keyEscape],
];
const help = html(
  'dialog',
  { id: 'help', 'aria-label': words.help },
  html(
    'table',
    {},
    html(
      'tbody',
      {},
      ...keys.map(([key, what]) => html('tr', {}, html('th', { scope: 'row' }, key), html('td', {}, what))),
    ),
  ),
  html('p', {}, words.mouse),
  html('form', { method: 'dialog' }, html('button', {}, words.close)),
);
function toggleHelp() {
  if (help.open) help.close();
  else help.showModal();
}

const notice = raw.extent === 1 ? words.withoutPackets : raw.extent === 2 ? words.withoutLines : '';
document.body.append(
  html(
    'header',
    { id: 'top' },
    html('div', { class: 'title' }, html('h1', {}, title), seed ? html('small', {}, `${words.seed} ${seed}`) : ''),
    html('div', { class: 'telling' }, caption, sentence),
    cite,
  ),
  ...(notice ? [html('p', { id: 'notice' }, notice)] : []),
  html('main', {}, ...Object.values(panels), closely.node),
  html(
    'footer',
    {},
    html(
      'div',
      { class: 'controls', role: 'toolbar' },
      buttons.back,
      buttons.play,
      buttons.forward,
      buttons.slower,
      speed,
      buttons.faster,
      buttons.theme,
      buttons.help,
      timeOfDay,
      clock,
    ),
    timeLine.node,
  ),
  help,
);
document.body.classList.toggle('no-packets', raw.extent > 0);
document.body.dataset.front = front;
document.body.style.setProperty('--time', `${shortTime(endOfRun).length}ch`);
document.body.style.setProperty('--queue', `${views.queue.wish}px`);

/* ---- Keys ---- */

function onKey(event) {
  if (help.open || event.altKey || event.metaKey) return;
  const control = event.target.closest && event.target.closest('button, input'),
    on = (...pressed) => pressed.includes(event.key);
  let known = true;
  if (on(' ') && !(control && control.matches('button'))) togglePlay();
  else if (on('ArrowRight', 'ArrowLeft')) {
    const direction = on('ArrowRight') ? 1 : -1;
    if (event.shiftKey) step(direction, SORT.PACKET, SORT.LOSS, SORT.WAY);
    else if (event.ctrlKey) step(direction, SORT.MAIL);
    else step(direction);
  } else if (event.ctrlKey) known = false;
  else if (on('PageDown')) step(1, SORT.LINE);
  else if (on('PageUp')) step(-1, SORT.LINE);
  else if (on('ArrowUp')) changeSpeed(1);
  else if (on('ArrowDown')) changeSpeed(-1);
  else if (on('Home')) {
    pause();
    seekScreen(0);
  } else if (on('End')) {
    pause();
    seekScreen(screenTotal);
  } else if (on('Enter') && !control) lookAtNow();
  else if (on('c')) goToCause();
  else if (on('t')) switchTheme();
  else if (on('?', 'h')) toggleHelp();
  else if (on('1', '2', '3', '4', '5', '6')) enlarge(Object.keys(views)[event.key - 1]);
  else if (on('0') && alone) enlarge(alone);
  else if (on('Escape')) {
    if (closely.at) look(null);
    else if (alone) enlarge(alone);
  } else known = false;
  if (known) event.preventDefault();
}

/* ---- Drawing ---- */

/* A long caption has smaller letters, where the header does not grow with it. */
function fitCaption() {
  const top = document.getElementById('top');
  for (const size of [17, 15.5, 14, 12.5, 11.5]) {
    caption.style.fontSize = `${size}px`;
    if (!caption.textContent || top.scrollHeight <= top.clientHeight) break;
  }
}

let told = '';
function drawTelling() {
  const n = countHappened(captions, now),
    last = captions[n - 1];
  const reading = last && now.screen - screenAt(last.at) < READING + last.text.length * READING_A_LETTER;
  let i = currentStep();
  while (i >= 0 && (steps[i].sort === SORT.WAY || steps[i].sort === SORT.CAPTION)) i--;
  const happening = i >= 0 ? steps[i].text : words.begin,
    shown = reading ? last.text : '';
  if (caption.textContent !== shown) caption.textContent = shown;
  if (sentence.textContent !== happening) sentence.textContent = happening;
  cite.textContent = reading ? last.cite : '';
  cite.hidden = !cite.textContent;
  document.body.classList.toggle('captioned', Boolean(reading));
  if (reading && told !== `${shown} ${cite.textContent}`) fitCaption();
  told = reading ? `${shown} ${cite.textContent}` : '';
}

function draw() {
  for (const fold of world) fold.to(now);
  drawTelling();
  for (const [name, view] of Object.entries(views)) if (panels[name].querySelector('.body').clientWidth) view.draw(now);
  closely.draw(now);
  timeLine.draw(now);
  clock.textContent = clockText(now.at);
  timeOfDay.textContent = dayText(now.at);
}

function resize() {
  for (const [name, view] of Object.entries(views)) {
    const body = panels[name].querySelector('.body');
    if (body.clientWidth) view.resize(body.clientWidth, body.clientHeight);
  }
  fitCaption();
  timeLine.resize(timeLine.picture.clientWidth, timeLine.picture.clientHeight);
  draw();
}

new ResizeObserver(() => resize()).observe(document.body);
window.addEventListener('keydown', onKey);
resize();
