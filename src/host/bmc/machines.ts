/**
 * What a BMC does to its machine, as acts on a libvirt host. All that is to last is in the
 * machine's definitions and its firmware's variables.
 */
import type { BmcMachine, BmcMachines } from '../../model/index.js';
import { VenError } from '../../model/index.js';
import { machineOf } from '../../libvirt/index.js';
import type { BmcActs } from './acts.js';
import { Drive } from './drive.js';
import { Overrides } from './overrides.js';
import { MachinePower } from './power.js';
import { Readings } from './readings.js';

export function bmcMachines(fleet: string, acts: BmcActs): BmcMachines {
  const readings = new Readings(fleet, acts);
  const overrides = new Overrides(acts, readings);
  const power = new MachinePower({ acts, readings, overrides });
  const drive = new Drive(acts, readings);

  return {
    async readMachines(uuids, signal) {
      const machines = await readings.all(uuids, signal);
      const gone = await readings.consumed(machines, signal);
      return new Map(
        machines.map((machine): [string, BmcMachine] => {
          const override = gone.has(machine.uuid) ? null : (machine.mark.override ?? null);
          return [machine.uuid, machineOf(machine, override)];
        }),
      );
    },
    powerOn: (uuid) => power.on(uuid),
    powerOff: (uuid) => power.off(uuid),
    shutDown: (uuid, timeoutSeconds, signal) => power.shutDown(uuid, timeoutSeconds, signal),
    restart: (uuid, timeoutSeconds, signal) => power.restart(uuid, timeoutSeconds, signal),
    reset: (uuid) => power.reset(uuid),
    injectNmi: (uuid) => power.injectNmi(uuid),
    setBootOverride: (uuid, wanted) => acts.hold(uuid, () => overrides.set(uuid, wanted)),
    insertMedia: (uuid, media, signal) => drive.insert(uuid, media, signal),
    ejectMedia: (uuid) => drive.eject(uuid),

    async settle(uuids) {
      const faults: VenError[] = [];
      for (const uuid of await power.unsettled(uuids)) {
        try {
          await acts.hold(uuid, () => power.settle(uuid));
        } catch (error) {
          if (!(error instanceof VenError)) throw error;
          faults.push(error);
        }
      }
      const [first] = faults;
      if (first) throw first;
    },
  };
}
