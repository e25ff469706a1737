import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  world.addNetwork('lab_lab', 'virbr9', '192.168.199.1/24');
}
