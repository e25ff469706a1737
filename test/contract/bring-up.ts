import type { Backend, BringUp } from '../../src/model/index.js';

export interface BroughtUp {
  /** By VM; null: it is up. */
  results: Map<string, unknown>;
  lines: string[];
  /** `started a`, `settled a`, in order. */
  turns: string[];
}

/**
 * Brings VMs up with one program and waits for its end. `onBegin` is told when a VM's turn has
 * come.
 */
export async function bringUpAll(
  backend: Backend,
  machines: readonly BringUp[],
  controller = new AbortController(),
  onBegin: () => void = () => undefined,
): Promise<BroughtUp> {
  const results = new Map<string, unknown>();
  const lines: string[] = [];
  const turns: string[] = [];
  const bringUps = backend.open(1);
  bringUps.bringUp(
    machines.map((machine, rank) => ({
      name: machine.name,
      rank,
      signal: controller.signal,
      begin: () => {
        onBegin();
        return Promise.resolve(machine);
      },
      started: () => turns.push(`started ${machine.name}`),
      output: (line) => lines.push(`${machine.name}: ${line}`),
      settled: (error) => {
        if (results.has(machine.name)) throw new Error(`${machine.name} has settled already`);
        results.set(machine.name, error);
        turns.push(`settled ${machine.name}`);
      },
    })),
    false,
  );
  await bringUps.idle();
  return { results, lines, turns };
}
