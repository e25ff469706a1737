import { orderOf } from '../../src/libvirt/index.js';
import { FakeHost } from '../fake-host/index.js';
import { describeBmc } from './bmc.js';

describeBmc('fake', () => {
  const host = new FakeHost({ obedient: false });
  host.bmcFleet = 'cfake';
  host.addForeignNetwork({ name: 'default', bridge: 'virbr0', gateway: '192.168.122.1/24' });
  const { storage } = host;
  return Promise.resolve({
    host,
    prefix: 'cfake',
    serve: (name, content) => {
      const url = `http://images.example/${name}`;
      host.images.set(url, content);
      host.images.set(url.replace('//', '//alice:canary@'), content);
      return Promise.resolve(url);
    },
    contentOf: (volume) => {
      const content = storage.contents.get(`${storage.folderOf('default')}/${volume}`);
      const isThere = storage.has('default', volume) && content !== undefined;
      return Promise.resolve(isThere ? Buffer.from(content) : null);
    },
    save: (uuid) => {
      host.save(uuid);
      return Promise.resolve();
    },
    firstAtReset: (uuid) => {
      const [first = ''] = orderOf(host.domains.get(uuid)?.live ?? '');
      const changed = host.bootIndexes.get(uuid)?.find(({ index }) => index === 1)?.device;
      return Promise.resolve(changed ?? (first === 'hd' ? 'disk' : first));
    },
    start: (uuid) => host.startDomain(uuid),
    cut: (uuid) => {
      host.powerOff(uuid);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
});
