import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  for (const pool of world.pools) pool.active = false;
}
