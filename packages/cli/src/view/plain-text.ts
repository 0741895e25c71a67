/**
 * Text for people: names and messages from elsewhere made safe for a terminal, spans of time made short.
 *
 * @module
 */

/** One line of text: whatever could steer a terminal, or forge a second log line, is shown as a space. */
export function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ');
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
] as const;

/** A span of time by its two largest units: `2 h 5 min`; below ten seconds with a tenth: `4.2 s`. */
export function showSpan(ms: number): string {
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  const first = UNITS.findIndex(([, size]) => ms >= size);
  let left = ms;
  const shown = UNITS.slice(first, first + 2).flatMap(([name, size], index) => {
    const count = Math.floor(left / size);
    left -= count * size;
    return index === 0 || count > 0 ? [`${count} ${name}`] : [];
  });
  return shown.join(' ');
}
