import { expect, it } from 'vitest';
import { domainFacts, volumesByPath } from '../../../src/libvirt/index.js';
import { parseXml } from '../../../src/xml/index.js';

const disk = (target: string, pool: string, volume: string, more = '') =>
  '<disk type="volume" device="disk"><driver name="qemu" type="qcow2"/><source mode="host" ' +
  `pool="${pool}" volume="${volume}"${more}/><target dev="${target}" bus="sata"/></disk>`;
const disks = [
  disk('sda', 'images', 'f_a-sda.qcow2', ' startupPolicy="optional"'),
  disk('sdb', 'lvm', 'f_a-sdb'),
  disk('sdc', 'images', 'somebodys.qcow2'),
  disk('sdd', 'images', '../up'),
];
const xml = `<domain><metadata>
<ven:vm xmlns:ven="urn:ven:1" fleet="f" name="a" digest="d" ready="yes">
<ven:volume pool="images" name="f_a-sda.qcow2"/><ven:volume pool="lvm" name="f_a-sdb"/>
<ven:volume pool="images" name="../up"/></ven:vm></metadata>
<devices>${disks.join('')}</devices></domain>`;
const folderOf = (pool: string) => (pool === 'images' ? '/images' : null);

it('names a disk of its own by path, where the pool is a folder, and no other', () => {
  const text = volumesByPath(xml, folderOf);
  expect(
    domainFacts(parseXml(text)).disks.map(
      ({ path, volume }) => path ?? `${volume?.pool}/${volume?.volume}`,
    ),
  ).toEqual(['/images/f_a-sda.qcow2', 'lvm/f_a-sdb', 'images/somebodys.qcow2', 'images/../up']);
  expect(text).toContain(
    '<disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source ' +
      'startupPolicy="optional" file="/images/f_a-sda.qcow2"/>',
  );
  expect(volumesByPath(text, folderOf)).toBe(text);
});

it('leaves a definition without a mark alone', () => {
  const foreign = `<domain><devices>${disk('sda', 'images', 'a')}</devices></domain>`;
  expect(volumesByPath(foreign, folderOf)).toBe(foreign);
});
