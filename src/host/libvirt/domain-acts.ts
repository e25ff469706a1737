/** The acts on domains. All by UUID, all idempotent. */
import { setTimeout as pause } from 'node:timers/promises';
import { VenError, type Host } from '../../model/index.js';
import { parseXml } from '../../xml/index.js';
import {
  type NicPart,
  onReattachNetwork,
  domainUuid,
  macOf,
  markForMetadata,
  reattachNetworkOf,
  updatedNic,
  VEN_NAMESPACE,
} from '../../libvirt/index.js';
import { askTogether } from './ask-together.js';
import { byPath } from './pool-paths.js';
import { domainDeletion } from './domain-deletion.js';
import type { AfterStart, Links } from '../links/links.js';
import { NoAnswer, type Command, type Virsh } from './virsh.js';

const POLL_MS = 500;
/** A guest that is not ready yet ignores the power button: it is pressed again. */
const PRESS_AGAIN_MS = 10_000;

export type DomainActs = Pick<
  Host,
  | 'readDomain'
  | 'defineDomain'
  | 'startDomain'
  | 'shutDownDomain'
  | 'stopDomain'
  | 'resetDomain'
  | 'setAutostart'
  | 'markDomain'
  | 'setTitle'
  | 'updateNic'
  | 'reattachNics'
  | 'deleteDomain'
  | 'readAddresses'
>;

export function domainActs(
  virsh: Virsh,
  { links, hasStarted }: { links: Links; hasStarted: AfterStart },
): DomainActs {
  /** A fleet's VMs get their marks in the same moments. */
  const ask = askTogether(virsh);

  /** Each command for the persistent definition and, when it runs, for the running domain. */
  const inBoth = async (uuid: string, commands: readonly Command[]): Promise<void> => {
    const both = commands.flatMap((command) => [
      [...command, '--config'],
      [...command, '--live'],
    ]);
    let replies = await ask(both);
    if (replies.some(({ answer }) => answer === 'transient')) {
      await persist(uuid);
      replies = await virsh.ask(both);
    }
    for (const [index, { error, answer }] of replies.entries()) {
      if (error !== null && !(index % 2 === 1 && answer === 'inactive')) throw error;
    }
  };

  const readDomain = async (uuid: string): Promise<string> => {
    const [xml = ''] = await virsh.must([['dumpxml', uuid, '--inactive', '--security-info']]);
    if (domainUuid(parseXml(xml)) !== uuid) throw gone(uuid);
    return `${xml}\n`;
  };
  /**
   * A running domain that was undefined exists only while it runs: defining it again keeps it after
   * power-off.
   */
  const persist = async (uuid: string): Promise<void> => {
    await virsh.must([['define', { file: await readDomain(uuid) }]]);
  };

  const deletion = domainDeletion(virsh, persist);

  /** A NIC of the running domain, changed to what `xml` says of it; the rest of it stays. */
  const asItRuns = async (
    uuid: string,
    xml: string,
    parts: readonly NicPart[],
  ): Promise<string> => {
    const [live = ''] = await virsh.must([['dumpxml', uuid]]);
    const nic = updatedNic(live, xml, parts);
    if (nic !== null) return nic;
    const mac = macOf(parseXml(xml));
    throw new VenError('not-found', { summary: `The running VM has no NIC ${mac}` });
  };

  /** libvirt starts a domain from its saved state, where it has one. */
  const startError = async (uuid: string, error: VenError): Promise<VenError> => {
    const [saved] = await virsh.ask([['list', '--all', '--uuid', '--with-managed-save']]);
    if (saved?.text.split(/\s+/).includes(uuid) !== true) return error;
    return new VenError(error.code, {
      summary: error.summary,
      detail: error.detail,
      hint:
        `${error.hint === undefined ? '' : `${error.hint}. `}It continues from its saved state. ` +
        `To start it without that, as after a power cut: virsh managedsave-remove ${uuid}`,
    });
  };

  const shutDownDomain: DomainActs['shutDownDomain'] = async (uuid, timeoutSeconds, signal) => {
    const began = performance.now();
    let pressed = -Infinity;
    for (let waited = 0; waited < timeoutSeconds * 1000; waited = performance.now() - began) {
      const press = waited - pressed >= PRESS_AGAIN_MS;
      const commands = [
        ...(press ? [['shutdown', uuid, '--mode', 'acpi']] : []),
        ['domstate', uuid],
      ];
      const within = { timeoutSeconds: Math.max(timeoutSeconds - waited / 1000, 1), signal };
      checkGoesOn(signal);
      const replies = await virsh.ask(commands, within).catch(ifNoAnswer);
      // Without an answer its QEMU hangs, or the machine is busy: the guest keeps its time.
      if (replies !== null) {
        if (press) pressed = waited;
        const state = replies.at(-1);
        if (state?.error && state.answer !== 'not-found') throw state.error;
        if (!state?.ok || state.text === 'shut off') return true;
      }
      await pause(Math.min(POLL_MS, timeoutSeconds * 1000), undefined, { signal }).catch(() => {
        checkGoesOn(signal);
      });
    }
    return false;
  };

  return {
    readDomain,

    async defineDomain(xml) {
      await virsh.must([['define', { file: await byPath(virsh, xml) }]]);
    },

    async startDomain(uuid) {
      const [start, state, definition] = await virsh.ask([
        ['start', uuid],
        ['domstate', uuid],
        ['dumpxml', uuid, '--inactive'],
      ]);
      if (start?.ok !== true) {
        if (start?.answer !== 'active') throw await startError(uuid, start?.error ?? gone(uuid));
        if (state?.text === 'paused') await virsh.must([['resume', uuid]]);
        else if (state?.text === 'pmsuspended') await virsh.must([['dompmwakeup', uuid]]);
        else return;
      }
      await hasStarted(uuid, definition?.text ?? '', { resumed: start?.ok !== true });
    },

    shutDownDomain,

    async stopDomain(uuid, timeoutSeconds) {
      if (await shutDownDomain(uuid, timeoutSeconds)) return;
      await virsh.must([['destroy', uuid]], ['inactive', 'not-found']);
    },

    async resetDomain(uuid) {
      const [reset] = await virsh.ask([['reset', uuid]]);
      if (reset?.ok === true) return;
      if (reset?.answer === 'inactive')
        throw new VenError('not-running', { summary: 'the VM is off' });
      throw reset?.error ?? gone(uuid);
    },

    async setAutostart(uuid, on) {
      const command = ['autostart', uuid, ...(on ? [] : ['--disable'])];
      const [reply] = await virsh.ask([command]);
      if (reply?.ok) return;
      if (reply?.answer !== 'transient') throw reply?.error ?? gone(uuid);
      await persist(uuid);
      await virsh.must([command]);
    },

    async markDomain(uuid, mark) {
      const set = ['--uri', VEN_NAMESPACE, '--key', 'ven', '--set', markForMetadata(mark)];
      await inBoth(uuid, [['metadata', uuid, ...set]]);
    },

    async setTitle(uuid, title, description) {
      await inBoth(uuid, [
        ['desc', uuid, '--title', `--new-desc=${title}`],
        ['desc', uuid, `--new-desc=${description}`],
      ]);
    },

    async updateNic(uuid, xml, { place, impairment }) {
      const link = impairment !== null;
      const parts: NicPart[] = [
        ...(place ? ['place' as const] : []),
        ...(link ? ['link' as const] : []),
      ];
      const wanted = await asItRuns(uuid, xml, parts);
      await virsh.must([['update-device', uuid, { file: wanted }, '--live']]);
      // libvirt makes the queues of a tap anew when its limits change: so this comes after it.
      if (link) await links.impairNics(uuid, new Map([[macOf(parseXml(xml)), impairment]]));
      if (!place) return;
      // A run that was killed during a reattachment left the NIC on the temporary network, which
      // is no longer needed.
      await virsh.must([['net-destroy', reattachNetworkOf(uuid).uuid]], ['not-found', 'inactive']);
    },

    async reattachNics(uuid, nicXmls) {
      if (nicXmls.length === 0) return;
      const wanted: string[] = [];
      for (const xml of nicXmls) wanted.push(await asItRuns(uuid, xml, ['place']));
      const temporary = reattachNetworkOf(uuid);
      await virsh.must([['net-destroy', temporary.uuid]], ['not-found', 'inactive']);
      await virsh.must([['net-create', { file: temporary.xml }]]);
      try {
        for (const xml of wanted) {
          const away = onReattachNetwork(xml, temporary);
          await virsh.must([
            ['update-device', uuid, { file: away }, '--live'],
            ['update-device', uuid, { file: xml }, '--live'],
          ]);
        }
      } finally {
        await virsh.must([['net-destroy', temporary.uuid]], ['not-found', 'inactive']);
      }
    },

    deleteDomain: (uuid, volumes) => deletion({ uuid, volumes }),

    async readAddresses(uuids) {
      const replies = await virsh.ask(
        uuids.map((uuid) => ['domifaddr', uuid, '--source', 'lease']),
      );
      return Object.fromEntries(
        uuids.map((uuid, index) => [uuid, leased(replies[index]?.ok ? replies[index].text : '')]),
      );
    },
  };
}

function checkGoesOn(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw new VenError('interrupted', { summary: 'The guest is not asked to power off any more' });
}

function ifNoAnswer(error: unknown): null {
  if (error instanceof NoAnswer) return null;
  throw error;
}

/** The IPv4 addresses in `virsh domifaddr`'s table: name, MAC, protocol, address/prefix. */
export function leased(table: string): string[] {
  const found = table
    .split('\n')
    .flatMap((line) => /\sipv4\s+([\d.]+)\/\d+\s*$/.exec(line)?.[1] ?? []);
  return [...new Set(found)];
}

function gone(uuid: string): VenError {
  return new VenError('not-found', {
    summary: `There is no domain with the UUID ${uuid} (any more)`,
  });
}
