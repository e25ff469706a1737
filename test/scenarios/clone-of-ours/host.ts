import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  const original = world.domain('lab_edge-2');
  world.addDomain('copy', '00000000-0000-4000-8000-000000000003', { mark: structuredClone(original.mark), config: structuredClone(original.config) });
}
