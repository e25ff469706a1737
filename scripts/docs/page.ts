/** A page of docs that is made from the program, so that it can't say anything else. */
export interface GeneratedPage {
  /** From the repository's root. */
  path: string;
  /** Its whole text, and nothing else: not for an editor to change. */
  render: () => string | Promise<string>;
}

/** Stands at the top of a page that is generated from `source`. */
export function banner(source: string): string {
  return wrapped(`<!-- Generated from ${source} by \`npm run docs\`. Do not edit. -->`);
}

/** Sentences in lines of at most 100 columns, later ones indented; a link is not broken. */
export function wrapped(text: string, first = '', later = first): string {
  const words = escaped(text).match(/(?:`[^`]*`|\[[^\]]*\]\([^)]*\)|\S)+/g) ?? [];
  const lines = [first];
  for (const word of words) {
    const line = lines.at(-1) ?? '';
    const bare = line === first || line === later;
    if (!bare && line.length + 1 + word.length > 100) lines.push(later + word);
    else lines[lines.length - 1] = bare ? line + word : `${line} ${word}`;
  }
  return lines.join('\n');
}

/** `<domain>` outside of code would be taken for HTML. */
function escaped(text: string): string {
  if (text.startsWith('<!--')) return text;
  return text.replace(/`[^`]*`|</g, (found) => (found === '<' ? '\\<' : found));
}

/** A row of a table: a bar in a cell would end it. */
export function row(cells: readonly string[]): string {
  const barred = cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' '));
  return `| ${barred.join(' | ')} |`;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [row(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(row)].join('\n');
}
