import type { Journal, RunEvent } from '../model/index.js';
import { spelled } from '../plan/index.js';
import type { PlanPart } from './planned.js';

/**
 * One run's journals: each host's has what was done there, and what is about the whole run. `run`:
 * its id, which is that of the first host's.
 * @throws VenError as `FleetState.openJournal`
 */
export function openJournals(parts: readonly PlanPart[]): Journal {
  const journals: { journal: Journal; steps: ReadonlySet<string> | null }[] = [];
  for (const { name, host, plan } of parts) {
    if (journals.length > 0 && plan.steps.length === 0) continue;
    const addresses = new Set(
      plan.steps.map(({ address }) => (name === null ? address : spelled(address, name))),
    );
    journals.push({
      journal: host.state.openJournal(),
      steps: parts.length === 1 ? null : addresses,
    });
  }
  return {
    run: journals[0]?.journal.run ?? '',
    write: (event) => {
      const address = addressOf(event as RunEvent);
      for (const { journal, steps } of journals)
        if (address === null || steps === null || steps.has(address)) journal.write(event);
    },
    close: () => {
      for (const { journal } of journals) journal.close();
    },
  };
}

function addressOf(event: RunEvent): string | null {
  return 'address' in event ? event.address : null;
}
