import { UNSAFE_TEXT } from '../../model/index.js';

/**
 * JSON that may go to a terminal: what it obeys, and what is invisible, is escaped; a parser reads
 * the same. `lines`: over several lines.
 */
export function jsonText(value: unknown, form: 'line' | 'lines'): string {
  const json = JSON.stringify(value, null, form === 'lines' ? 2 : 0);
  return `${json.replaceAll(UNSAFE_TEXT, escaped)}\n`;
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}
