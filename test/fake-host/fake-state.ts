import type {
  BmcKeys,
  FleetState,
  Journal,
  NodeRecord,
  NodeRecords,
  ProvisionEvent,
  RunEvent,
  StateFile,
} from '../../src/model/index.js';

/** A fleet's work folder in memory. */
export class FakeState implements FleetState {
  /** The events of each run, by the run's id. */
  readonly runs = new Map<string, (RunEvent | ProvisionEvent)[]>();
  #keys: ReturnType<BmcKeys['read']> = null;
  readonly #records = new Map<string, { text: string; writtenAt: Date }>();

  readonly bmcKeys: BmcKeys = {
    certificatePath: '/state/bmc/certificate.pem',
    read: () => this.#keys,
    write: (keys) => {
      this.#keys = keys;
    },
  };

  readonly records: NodeRecords = {
    read: (vms) =>
      vms.map((vm) => {
        const { text = 'null', writtenAt = null } = this.#records.get(vm) ?? {};
        return { vm, record: JSON.parse(text) as NodeRecord | null, writtenAt, damage: null };
      }),
    write: (record) => {
      this.#records.set(record.vm, { text: JSON.stringify(record), writtenAt: new Date() });
    },
    remove: (vm) => {
      this.#records.delete(vm);
    },
    openRun: () => {
      const written = new Set<string>();
      return {
        write: (record) => {
          if (written.has(record.vm) && !this.#records.has(record.vm)) return;
          this.records.write(record);
          written.add(record.vm);
        },
      };
    },
  };

  /** The files of the folder in which vagrant knows the VMs; null: there is none. */
  vagrantFolder: Readonly<Record<string, string>> | null = null;

  keepVagrantFolder(files: Readonly<Record<string, string>>): void {
    this.vagrantFolder = files;
  }

  openJournal(): Journal {
    const run = String(this.runs.size);
    const events: (RunEvent | ProvisionEvent)[] = [];
    this.runs.set(run, events);
    return { run, write: (event) => events.push(event), close: () => undefined };
  }

  files(folders: readonly string[]): StateFile[] {
    return [...this.runs.keys()]
      .map((run) => ({ path: `runs/${run}/events.jsonl`, modifiedAt: new Date(0) }))
      .filter(({ path }) => folders.some((folder) => path.startsWith(`${folder}/`)));
  }

  readEnd(path: string, limit: number): { text: string; cut: boolean } {
    const events = this.runs.get(path.split('/')[1] ?? '') ?? [];
    const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
    return { text: text.slice(-limit), cut: text.length > limit };
  }

  clear({ keepLogs }: { keepLogs: boolean }): void {
    this.#records.clear();
    this.#keys = null;
    if (!keepLogs) this.runs.clear();
  }
}
