/**
 * How UEFI firmware takes over a serial console: it sets the mode, which hardly anything else does, between clearing the
 * screen and sending the cursor home, more than once in a row. Other firmware that speaks on a serial line names itself.
 */
const FIRMWARE =
  /(?:\u001b\[(?:2J|0*1;0*1H|=\d+h))*\u001b\[=\d+h(?:\u001b\[(?:2J|0*1;0*1H|=\d+h))*|SeaBIOS \(version /g;
/** A machine whose firmware is silent. */
const KERNEL = /\[ {4}0\.000000\] Linux version /g;

/** Beyond this the oldest goes, so that a log without end does not fill the memory. */
const MOST = 64 * 1024 * 1024;

/**
 * What was said since the last sign of a boot: firmware that takes over the console, or, where firmware was never seen, a
 * Linux kernel's first line. All of it when there is no sign. Bytes as Latin-1, so that none is changed.
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
