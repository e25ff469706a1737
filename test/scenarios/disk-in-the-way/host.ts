import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  world.domain('lab_edge').config.disks.push({ target: 'sdb', bus: 'sata', path: '/srv/mine.qcow2', volume: null, device: 'disk' });
}
