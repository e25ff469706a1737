import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  world.powerOff(world.domain('lab_edge'));
  world.volumes = [];
}
