import type { Lab } from '../../fake-host/index.js';

export default async function byItsBmc(lab: Lab): Promise<void> {
  const { bmc, images } = lab.host;
  const image = 'http://images.example/live.iso';
  images.set(image, 'an image');
  await bmc.insertMedia(lab.domain('lab_edge'), { image });
}
