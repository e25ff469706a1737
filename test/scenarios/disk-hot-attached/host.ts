import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  const domain = world.domain('lab_edge-1');
  const disk = { target: 'vdz', bus: 'virtio', path: '/srv/mine.qcow2', volume: null, device: 'disk' };
  domain.config.disks.push(disk);
  domain.live?.disks.push({ ...disk });
}
