/**
 * `vagrant --machine-readable` taken apart: `timestamp,machine,type,data…` a line. In the data a
 * comma is `%!(VAGRANT_COMMA)` and a line end is `\n` (or `\r`), in letters. Pure.
 */
export type VagrantEvent =
  /**
   * Something a machine says, one line of it. `machine` is empty when vagrant speaks for itself.
   */
  | { kind: 'line'; machine: string; line: string }
  /** ven's own step in the Vagrantfile begins with the machine. */
  | { kind: 'started'; machine: string }
  /** It has brought the machine up. */
  | { kind: 'up'; machine: string }
  | { kind: 'failed'; machine: string; message: string }
  /** The whole of vagrant ends with this. */
  | { kind: 'error-exit'; machine: string; message: string };

/** Takes chunks that are cut anywhere; call `end` after the last. */
export class VagrantStream {
  #rest = '';
  readonly #hear: (event: VagrantEvent) => void;

  constructor(hear: (event: VagrantEvent) => void) {
    this.#hear = hear;
  }

  write(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  end(): void {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
  }

  #line(raw: string): void {
    const fields = raw.replace(/\r$/, '').split(',');
    const [time = '', machine = '', type, ...data] = fields;
    if (type === undefined || !/^\d+$/.test(time)) {
      // Ruby's own words, a stack trace say, go past the format.
      this.#say('', raw);
      return;
    }
    const words = data.map(decode);
    if (type === 'ven') {
      const [word] = words;
      if (word === 'started' || word === 'up') this.#hear({ kind: word, machine });
      else if (word === 'failed')
        this.#hear({ kind: 'failed', machine, message: words.slice(1).join('\n') });
    } else if (type === 'ui') {
      // ui,LEVEL,TEXT
      this.#say(machine, words.slice(1).join(','));
    } else if (type === 'error-exit') {
      // error-exit,CLASS,TEXT
      this.#hear({ kind: 'error-exit', machine, message: words.slice(1).join('\n').trim() });
    }
  }

  #say(machine: string, text: string): void {
    for (const line of text.split(/[\r\n]+/)) {
      // `==> edge-1: text`, and further lines of the same with spaces for the arrow.
      const shown = printable(
        line.startsWith(`==> ${machine}: `) || line.startsWith(`    ${machine}: `)
          ? line.slice(machine.length + 6)
          : line,
      ).trimEnd();
      if (shown !== '') this.#hear({ kind: 'line', machine, line: shown });
    }
  }
}

function decode(field: string): string {
  return field.replaceAll('%!(VAGRANT_COMMA)', ',').replaceAll('\\n', '\n').replaceAll('\\r', '\r');
}

/** No escape sequences: what a VM's name or libvirt says must not move somebody's cursor. */
function printable(line: string): string {
  return line
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
