const SHOWN_CHARACTERS = 100;
/** A list of up to this many is shown whole; of a longer one the first few. */
const WHOLE_LIST = 5;
const SHOWN_OF_LONG = 3;
const CONTROL = /[\p{Cc}\p{Surrogate}\u2028\u2029]/gu;

/** A text that a client sent, on one line and cut where it is long. */
export function plain(text: string): string {
  const shown = text.slice(0, SHOWN_CHARACTERS).replace(CONTROL, ' ');
  return shown.length < text.length ? `${shown}…` : shown;
}

/** As `plain`, between quotation marks. */
export function quoted(text: string): string {
  return `“${plain(text)}”`;
}

/** `a or b`, `a, b or c`; of a long list `a, b, c or 97 others`. */
export function listed(items: readonly string[], word: 'and' | 'or' | 'nor'): string {
  const shown = items.length > WHOLE_LIST ? items.slice(0, SHOWN_OF_LONG) : items;
  const others = items.length - shown.length;
  const parts = others === 0 ? shown : [...shown, `${others.toLocaleString('en')} others`];
  return joinWords(parts, word);
}

/** `a and b`, `a, b and c`. */
export function joinWords(parts: readonly string[], word: string): string {
  if (parts.length < 2) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`;
}

/** `contact` -> `a contact`, `e-mail address` -> `an e-mail address`, `SMS` -> `an SMS`, `URL` -> `a URL`. */
export function withArticle(noun: string): string {
  const isAcronym = /^[A-Z]{2}/.test(noun);
  const sounds = isAcronym ? /^[AEFHILMNORSX]/ : /^([aeio]|u(?![nst][aeiou]))/i;
  return `${sounds.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** `3 weeks`, `1 week`. */
export function counted(count: number, units: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? units.replace(/s$/, '') : units}`;
}
