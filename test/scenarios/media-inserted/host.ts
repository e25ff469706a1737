import type { Lab } from '../../fake-host/index.js';

/** Into one that is off, and one that runs; the third was ejected. */
export default async function byTheirBmcs(lab: Lab): Promise<void> {
  const { bmc, images } = lab.host;
  const image = 'http://images.example/live.iso';
  images.set(image, 'an image');
  const [first, second, third] = ['edge-1', 'edge-2', 'edge-3'].map((name) =>
    lab.domain(`lab_${name}`),
  ) as [string, string, string];
  await bmc.insertMedia(first, { image });
  await bmc.powerOn(second);
  await bmc.insertMedia(second, { image });
  await bmc.insertMedia(third, { image });
  await bmc.ejectMedia(third);
}
