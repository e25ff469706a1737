import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  world.stopNetwork('lab_lab');
  world.networks = world.networks.filter(({ name }) => name !== 'lab_lab');
}
