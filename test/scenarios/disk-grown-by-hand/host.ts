import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  for (const volume of world.volumes) volume.capacityBytes *= 2;
}
