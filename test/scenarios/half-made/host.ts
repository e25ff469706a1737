import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  const { mark } = world.domain('lab_edge-2');
  if (mark) mark.ready = false;
}
