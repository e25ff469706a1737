/**
 * How UEFI firmware takes over a serial console: it sets the mode, which hardly anything else does,
 * between clearing the screen and sending the cursor home, several times in a row. Other firmware
 * on a serial line prints its name.
 */
const MODES = /(?:\u001b\[(?:2J|0*1;0*1H|=\d+h))*/.source;
const FIRMWARE = new RegExp(`${MODES}\\u001b\\[=\\d+h${MODES}|SeaBIOS \\(version `, 'g');
/** A machine with silent firmware. */
const KERNEL = /\[ {4}0\.000000\] Linux version /g;

/**
 * The maximum number of bytes; older ones are dropped, so that an endless log does not fill the
 * memory.
 */
const MOST = 64 * 1024 * 1024;

/**
 * The output since the last sign of a boot: firmware that takes over the console, or, without such
 * firmware, a Linux kernel's first line. Everything when there is no sign. Bytes are Latin-1, so
 * that none is changed.
 */
export class LastBoot {
  #pieces: string[] = [];
  #length = 0;

  push(text: string): void {
    this.#pieces.push(text);
    this.#length += text.length;
    if (this.#length <= 2 * MOST) return;
    this.#pieces = [this.#pieces.join('').slice(-MOST)];
    this.#length = MOST;
  }

  text(): string {
    const all = this.#pieces.join('');
    const start = lastMatch(FIRMWARE, all) ?? lastMatch(KERNEL, all) ?? 0;
    return all.slice(start);
  }
}

function lastMatch(sign: RegExp, text: string): number | null {
  let last: number | null = null;
  for (const { index } of text.matchAll(sign)) last = index;
  return last;
}
