/** An image takes its time; the machine's power does not wait for it. */
import { expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { bmcMachines } from '../../../src/host/index.js';
import { fakeBmcActs } from '../../fake-host/fake-bmc.js';
import { Lab } from '../../fake-host/index.js';

const FLEET = loadFleet(
  'apiVersion: ven/v1\nfleet: lab\nvms:\n  - { name: a, power: external, firmware: bios, ' +
    'bmc: { type: redfish, credentials: { username: { env: U }, password: { env: W } } } }\n',
  { file: 'fleet.yaml' },
);
const IMAGE = 'http://images.example/live.iso';

it('starts and stops a machine while an image is stored for it', async () => {
  const lab = Lab.bare();
  lab.host.images.set(`${IMAGE}?token=canary`, 'an image');
  await lab.apply(FLEET);
  const uuid = lab.domain('lab_a');
  const acts = fakeBmcActs(lab.host);
  const [begun, goesOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const bmc = bmcMachines('lab', {
    ...acts,
    fillImage: async (...given) => {
      begun.resolve();
      await goesOn.promise;
      await acts.fillImage(...given);
    },
  });
  const inserted = bmc.insertMedia(uuid, { image: `${IMAGE}?token=canary` });
  await begun.promise;
  await bmc.powerOn(uuid);
  await bmc.powerOff(uuid);
  await bmc.powerOn(uuid);
  expect((await bmc.readMachines([uuid])).get(uuid)).toMatchObject({ media: null });
  goesOn.resolve();
  await inserted;
  expect((await bmc.readMachines([uuid])).get(uuid)).toMatchObject({ media: { image: IMAGE } });
  expect(JSON.stringify(lab.host.domains.get(uuid))).not.toContain('canary');
});
