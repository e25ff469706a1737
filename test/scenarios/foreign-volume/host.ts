import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  world.addVolume('default', 'lab_edge-1-sda.qcow2', 1024 ** 3);
}
