import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  const domain = world.domain('lab_edge-1');
  domain.config.cpus = 1;
  if (domain.live) domain.live.cpus = 1;
}
