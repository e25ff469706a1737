import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  world.addNetwork('other', 'virbr9', '192.168.150.1/24');
}
