import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { backingInDefinitions, readBacking } from '../../../src/host/libvirt/backing.js';
import type { Virsh } from '../../../src/host/libvirt/virsh.js';
import type { ObservedDomain, ObservedPool } from '../../../src/model/index.js';

const dir = mkdtempSync(join(tmpdir(), 'ven-backing-'));
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});
mkdirSync(join(dir, 'images'));
const at = (name: string): string => join(dir, 'images', name);

/** The header of a qcow2 image, with the name of what it stands on. */
function image(name: string, lower: string | null): string {
  const head = Buffer.alloc(512);
  head.write('QFI\xfb', 'latin1');
  head.writeUInt32BE(3, 4);
  if (lower !== null) {
    head.writeBigUInt64BE(112n, 8);
    head.writeUInt32BE(Buffer.byteLength(lower), 16);
    head.write(lower, 112);
  }
  writeFileSync(at(name), head);
  return at(name);
}

const POOLS = [{ name: 'default', active: true, path: join(dir, 'images') }] as ObservedPool[];

/** A libvirt whose volumes have those answers, by path. */
function libvirt(uri: string, volumes: Record<string, string> = {}) {
  const asked: string[] = [];
  const virsh = {
    uri,
    ask: (commands: string[][]) =>
      Promise.resolve(
        commands.map(([, path = '']) => {
          asked.push(path);
          const lower = volumes[path];
          const ok = path in volumes;
          const store = lower === '' ? '' : `<backingStore><path>${lower}</path></backingStore>`;
          return { ok, text: ok ? `<volume><name>x</name>${store}</volume>` : '' };
        }),
      ),
  };
  return { virsh: virsh as unknown as Virsh, asked };
}

const using = (path: string, beneath?: string[]): ObservedDomain =>
  ({
    config: { disks: [{ path, ...(beneath && { beneath }) }] },
    live: null,
  }) as unknown as ObservedDomain;

const read = (path: string, uri = 'qemu:///system', volumes: Record<string, string> = {}) => {
  const { virsh, asked } = libvirt(uri, volumes);
  return readBacking(virsh, [using(path)], { pools: POOLS, backing: {} }).then((backing) => ({
    backing,
    asked,
  }));
};

describe('what an image stands on', () => {
  const base = image('base.qcow2', null);

  test.each<[what: string, name: string]>([
    ['a path', base],
    ['a path beside it', 'base.qcow2'],
    ['a file of QEMU', `file:${base}`],
    ['JSON', `json:{"driver":"qcow2","file":{"driver":"file","filename":"${base}"}}`],
  ])('%s is read from its header', async (_, lower) => {
    const top = image('top.qcow2', lower);
    expect(await read(top)).toEqual({ backing: { [top]: base }, asked: [] });
  });

  test('nothing, a network, or an image of another kind: nothing is known', async () => {
    writeFileSync(at('raw.img'), Buffer.alloc(512));
    for (const path of [base, at('raw.img'), image('far.qcow2', 'nbd://host/export')])
      expect((await read(path)).backing).toEqual({});
  });

  test('a chain is followed to its end, and one that bites its tail ends too', async () => {
    const one = image('one.qcow2', base);
    const two = image('two.qcow2', one);
    expect((await read(two)).backing).toEqual({ [two]: one, [one]: base });
    const tail = image('tail.qcow2', at('head.qcow2'));
    const head = image('head.qcow2', tail);
    expect((await read(head)).backing).toEqual({ [head]: tail, [tail]: head });
  });

  test('a link leads to the file as its pool spells it', async () => {
    symlinkSync(base, join(dir, 'link.qcow2'));
    expect((await read(join(dir, 'link.qcow2'))).backing).toEqual({
      [join(dir, 'link.qcow2')]: base,
    });
  });

  test('libvirt is asked for what can not be read, and on another machine, in its pools only', async () => {
    const gone = at('gone.qcow2');
    expect(await read(gone, 'qemu:///system', { [gone]: base })).toEqual({
      backing: { [gone]: base },
      asked: [gone],
    });
    const far = await read(base, 'qemu+ssh://far.test/system', { [base]: '/x', '/x': '' });
    expect(far).toEqual({ backing: { [base]: '/x' }, asked: [base] });
    expect((await read('/elsewhere/x', 'qemu+ssh://far.test/system')).asked).toEqual([]);
  });

  test('definitions of running domains say it themselves', () => {
    expect(backingInDefinitions([using('/c', ['/b', '/a']), using('/d')])).toEqual({
      '/c': '/b',
      '/b': '/a',
    });
  });
});
