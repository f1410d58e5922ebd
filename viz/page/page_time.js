/* Time: how that of the world becomes that of the screen (milliseconds), and how it is said. Between knots it runs
   straight. */
const knots = (() => {
  const at = [0],
    screen = [0];
  const add = (nextAt, nextScreen) => {
    at.push(nextAt);
    screen.push(nextScreen);
  };
  if (raw.pace.length) {
    at.length = screen.length = 0;
    for (let i = 0, a = 0, s = 0; i < raw.pace.length; i += 2) add((a += raw.pace[i]), (s += raw.pace[i + 1] / 1000));
    return { at, screen };
  }
  /* No packets: a step takes a moment, a long wait hardly more, a caption as long as it is read. */
  const reading = new Map(captions.map(caption => [caption.event, Math.min(6000, 1200 + caption.text.length * 15)]));
  for (const step of steps) {
    const gap = step.at - at[at.length - 1],
      last = screen[screen.length - 1];
    if (gap > 0) add(step.at, last + Math.max(200, Math.min(1000, (Math.log2(gap) - 24) * 60)));
    if (reading.has(step.event)) add(step.at, screen[screen.length - 1] + reading.get(step.event));
  }
  add(endOfRun, screen[screen.length - 1] + 500);
  return { at, screen };
})();
const screenTotal = knots.screen[knots.screen.length - 1];

/* The last knot before a time, never the very last one; with `orAt` also the one at it. */
function knotBefore(times, time, orAt) {
  let low = 0,
    high = times.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] < time || (orAt && times[middle] === time)) low = middle;
    else high = middle;
  }
  return low;
}

function between(x, x0, x1, y0, y1) {
  if (x <= x0) return y0;
  return x >= x1 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

function along(time, from, to, orAt) {
  const k = knotBefore(from, time, orAt);
  return between(time, from[k], from[k + 1], to[k], to[k + 1]);
}

const screenAt = at => along(at, knots.at, knots.screen, false);
const worldAt = screen => Math.round(along(screen, knots.screen, knots.at, true));

/* The same scale without the stands in which the screen waits for a caption to be read: the ladder's. */
const ladderScale = knots.at.reduce((scale, at, i) => {
  scale.push(i === 0 ? 0 : scale[i - 1] + (at > knots.at[i - 1] ? knots.screen[i] - knots.screen[i - 1] : 0));
  return scale;
}, []);
const ladderAt = at => along(at, knots.at, ladderScale, false);

const pad = (number, digits) => String(number).padStart(digits, '0');

/* "00:00:01.891843", as everywhere. */
function clockText(at) {
  const micro = Math.floor(at / 1000),
    s = Math.floor(micro / 1e6),
    days = Math.floor(s / 86400);
  const parts = [Math.floor(s / 3600) % 24, Math.floor(s / 60) % 60, s % 60].map(part => pad(part, 2));
  const clock = `${parts.join(':')}.${pad(micro % 1e6, 6)}`;
  return days ? `${days}d ${clock}` : clock;
}

/* "13:30 on Monday", in a run whose scenario says when it starts. */
function dayText(at) {
  if (!raw.tellsStarts) return '';
  const s = raw.starts + Math.floor(at / 1e9),
    day = Math.floor(s / 86400),
    minutes = Math.floor((s - day * 86400) / 60);
  return filled(
    words.timeOfDay,
    `${pad(Math.floor(minutes / 60), 2)}:${pad(minutes % 60, 2)}`,
    words[`day${((day % 7) + 7) % 7}`],
  );
}

/* Shorter, where there is little room. */
function shortTime(at) {
  const s = at / 1e9;
  if (s < 60) return bound(`${s.toFixed(3)} s`);
  const minutes = Math.floor(s / 60),
    hours = Math.floor(minutes / 60),
    days = Math.floor(hours / 24);
  if (hours < 1) return `${minutes}:${pad((s % 60).toFixed(3), 6)}`;
  const clock = `${pad(hours % 24, 2)}:${pad(minutes % 60, 2)}:${pad(Math.floor(s) % 60, 2)}`;
  return days ? `${days}d ${clock}` : clock;
}

/* "4:59": runs down. */
function countdown(left) {
  const s = Math.floor(left / 1e9),
    hours = Math.floor(s / 3600),
    rest = `${pad(Math.floor(s / 60) % 60, hours ? 2 : 1)}:${pad(s % 60, 2)}`;
  return hours ? `${hours}:${rest}` : rest;
}

/* "4.5 s", "2 d": four figures at most. */
function duration(ns) {
  const [unit, length] = [
    ['d', 86400e9],
    ['h', 3600e9],
    ['min', 60e9],
    ['s', 1e9],
    ['ms', 1e6],
    ['us', 1e3],
    ['ns', 1],
  ].find(([, one]) => one <= ns) || ['ns', 1];
  return bound(`${Number((ns / length).toPrecision(4))} ${unit}`);
}

/* On an axis: by its own size, as everywhere. */
function axisTime(at) {
  if (at < 60e9) return bound(`${(at / 1e9).toFixed(2)} s`);
  const [clock, part] = clockText(at).split('.');
  return at < 3600e9 ? `${clock.slice(-5).replace(/^0/, '')}.${part.slice(0, 2)}` : clock.replace(/^0/, '');
}
