import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  world.addDomain('lab_edge-1', '00000000-0000-4000-8000-000000000001');
  world.addDomain('someone-else', '00000000-0000-4000-8000-000000000002');
}
