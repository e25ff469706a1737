import { describeHost } from './suite.js';
import { FakeHost } from '../fake-host/index.js';
import { networkFacts } from '../../src/libvirt/index.js';
import { parseXml } from '../../src/xml/index.js';

describeHost('fake', () => {
  const host = new FakeHost({ obedient: false }); // as a BIOS without a disk to boot
  const person = (work: () => void): Promise<void> => {
    work();
    return Promise.resolve();
  };
  return Promise.resolve({
    host,
    prefix: 'cfake',
    powerOff: (uuid) =>
      person(() => {
        host.powerOff(uuid);
      }),
    pause: (uuid) =>
      person(() => {
        host.pause(uuid);
      }),
    undefine: (uuid) =>
      person(() => {
        host.undefine(uuid);
      }),
    stopNetwork: (uuid) =>
      person(() => {
        host.switchNetworkOff(uuid);
      }),
    loseVolume: (pool, volume) =>
      person(() => {
        host.storage.delete(pool, volume);
      }),
    attachDisk: (_uuid, volume) =>
      person(() => {
        host.addForeignVolume('default', volume);
      }),
    putFile: (name) =>
      person(() => {
        host.addForeignVolume('default', name);
      }),
    volumeExists: (pool, volume) => Promise.resolve(host.storage.has(pool, volume)),
    contentOf: (pool, volume) =>
      Promise.resolve(
        Buffer.from(
          host.storage.contents.get(`${host.storage.folderOf(pool)}/${volume}`) ?? [],
        ).toString(),
      ),
    addForeignDomain: (name) => Promise.resolve(host.addForeignDomain({ name })),
    networkNames: (prefix) =>
      Promise.resolve(
        [...host.networks.values()]
          .map(({ xml }) => networkFacts(parseXml(xml)).name)
          .filter((name) => name.startsWith(prefix))
          .sort(),
      ),
    close: () => Promise.resolve(),
  });
});
