import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  world.domain('lab_edge-1').power = 'paused';
}
