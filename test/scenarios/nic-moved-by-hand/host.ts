import type { World } from '../../unit/plan/world.js';

export default function byHand(world: World): void {
  const domain = world.domain('lab_edge');
  for (const facts of [domain.config, domain.live]) for (const nic of facts?.nics ?? []) nic.source = { kind: 'network', network: 'default' };
}
