import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VagrantStream, type VagrantEvent } from '../../../src/host/vagrant/vagrant-stream.js';

const recorded = readFileSync(join(import.meta.dirname, 'fixtures/vagrant-up.txt'), 'utf8');

function read(...chunks: string[]): VagrantEvent[] {
  const events: VagrantEvent[] = [];
  const stream = new VagrantStream((event) => events.push(event));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  return events;
}

describe('VagrantStream', () => {
  it('takes a recorded run apart', () => {
    const events = read(recorded);
    expect(events.filter(({ machine }) => machine === 'off')).toEqual([
      { kind: 'line', machine: 'off', line: 'defined' },
      { kind: 'line', machine: 'off', line: 'disks' },
      { kind: 'up', machine: 'off' },
    ]);
    expect(events.filter(({ kind }) => kind === 'failed')).toEqual([
      {
        kind: 'failed',
        machine: 'broken',
        message: "Cannot get interface MTU on 'rec-none': No such device",
      },
    ]);
    const last = events.at(-1);
    expect(last?.kind === 'error-exit' && last.message).toMatch(
      /^An error occurred while executing[^]*No such device$/,
    );
  });

  it('gives the same, wherever the chunks are cut', () => {
    const whole = read(recorded);
    for (let cut = 0; cut <= recorded.length; cut += 1)
      expect(read(recorded.slice(0, cut), recorded.slice(cut))).toEqual(whole);
    expect(read(...recorded)).toEqual(whole);
  });

  it('decodes commas and line ends', () => {
    expect(read('1,a,ui,info,one%!(VAGRANT_COMMA) two\\n    a: three\n')).toEqual([
      { kind: 'line', machine: 'a', line: 'one, two' },
      { kind: 'line', machine: 'a', line: 'three' },
    ]);
  });

  it('keeps what is not of the format, a stack trace say, and lets go of escape sequences', () => {
    expect(
      read(
        "/usr/lib/ruby/x.rb:1:in `y': boom (RuntimeError)\n",
        '1,a,ui,info,\u001b[31mred\u001b[0m\u0007 text\n',
      ),
    ).toEqual([
      { kind: 'line', machine: '', line: "/usr/lib/ruby/x.rb:1:in `y': boom (RuntimeError)" },
      { kind: 'line', machine: 'a', line: 'red text' },
    ]);
  });

  it('hears the last line without its end', () => {
    expect(read('1,a,ven,started')).toEqual([{ kind: 'started', machine: 'a' }]);
    expect(read('1,a,ven,up')).toEqual([{ kind: 'up', machine: 'a' }]);
  });
});
