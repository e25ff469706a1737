import { describe, expect, it } from 'vitest';
import { domainActs } from '../../../src/host/libvirt/domain-acts.js';
import { links } from '../../../src/host/links/links.js';
import { NoAnswer, type Virsh } from '../../../src/host/libvirt/virsh.js';

/** A libvirt that is silent `silent` times, and then says that the domain is off. */
function stalling(silent: number) {
  const asked: string[] = [];
  let left = silent;
  const ask = (commands: string[][]): Promise<unknown> => {
    asked.push(...commands.map(([verb = '']) => verb));
    left -= 1;
    if (left >= 0) return Promise.reject(new NoAnswer('tool-failed', { summary: 'silent' }));
    return Promise.resolve(commands.map(() => ({ ok: true, text: 'shut off', error: null })));
  };
  const virsh = { ask, must: ask } as unknown as Virsh;
  const hasStarted = () => Promise.resolve();
  return { acts: domainActs(virsh, { links: links(virsh, {}), hasStarted }), asked };
}

describe('stopDomain', () => {
  it('asks again after a silence, and cuts no power as long as there is time', async () => {
    const { acts, asked } = stalling(1);
    await acts.stopDomain('u', 20);
    expect(asked).toEqual(['shutdown', 'domstate', 'shutdown', 'domstate']);
  });

  it('cuts the power when the time is over', async () => {
    const { acts, asked } = stalling(2);
    const began = performance.now();
    await acts.stopDomain('u', 0.6).catch(() => undefined);
    expect(performance.now() - began).toBeGreaterThan(590);
    expect(asked.at(-1)).toBe('destroy');
  });
});
