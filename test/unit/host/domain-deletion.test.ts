import { expect, it } from 'vitest';
import { domainDeletion } from '../../../src/host/libvirt/domain-deletion.js';
import { NoAnswer, type Virsh } from '../../../src/host/libvirt/virsh.js';
import { VenError } from '../../../src/model/index.js';

type Reply = { text?: string; answer?: string; error?: Error };

/** libvirt's answers by command; what is not named succeeds. Keeps the processes. */
function deleting(answers: Record<string, Reply | 'silence'>, transient = '') {
  const processes: string[][] = [];
  const persisted: string[] = [];
  const ask = (commands: string[][]): Promise<unknown> => {
    const lines = commands.map((words) => words.filter((word) => !/^--?\w/.test(word)).join(' '));
    processes.push(lines);
    if (lines.some((line) => answers[line] === 'silence'))
      return Promise.reject(new NoAnswer('tool-failed', { summary: lines.join('; ') }));
    return Promise.resolve(
      lines.map((line) => {
        const { text = '', answer = 'other', error = null } = (answers[line] ?? {}) as Reply;
        return { ok: error === null, text, answer, error };
      }),
    );
  };
  const must = async (commands: string[][]): Promise<string[]> =>
    commands[0]?.includes('--transient') ? [transient] : (await ask(commands), ['']);
  const delete_ = domainDeletion({ ask, must } as unknown as Virsh, (uuid) => {
    persisted.push(uuid);
    return Promise.resolve();
  });
  const remove = (uuid: string): Promise<void> =>
    delete_({ uuid, volumes: [{ pool: 'p', volume: `${uuid}.qcow2` }] });
  return { remove, processes, persisted, undefined_: () => processes.flat().filter(isUndefine) };
}

const isUndefine = (line: string): boolean => line.startsWith('undefine');
const names = Array.from({ length: 20 }, (_, index) => `vm${index + 1}`);
const refused = { answer: 'other', error: new VenError('tool-failed', { summary: 'refused' }) };

it('deletes many in a few processes, and each undefined after its own volumes', async () => {
  const { remove, processes } = deleting({});
  await Promise.all(names.map(remove));
  expect(processes.length).toBeLessThanOrEqual(9);
  expect(processes.at(-1)).toEqual([...names.map((name) => `undefine ${name}`), 'list']);
  for (const name of names)
    expect(processes.slice(0, -1).flat()).toContain(`vol-delete p ${name}.qcow2`);
});

it('leaves what it could not empty, and says so of that one alone', async () => {
  const { remove, undefined_ } = deleting({ 'vol-delete p vm3.qcow2': refused });
  const outcomes = await Promise.allSettled(names.map(remove));
  expect(outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([2]);
  expect(undefined_()).toHaveLength(19);
  expect(undefined_()).not.toContain('undefine vm3');
});

it('asks anew for the neighbours of one that libvirt is silent about', async () => {
  const { remove, undefined_ } = deleting({ 'destroy vm3': 'silence' });
  const outcomes = await Promise.allSettled(names.map(remove));
  expect(outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []))).toEqual([2]);
  expect(undefined_()).toHaveLength(19);
});

it('defines what exists only while it runs, before its power is cut', async () => {
  const { remove, persisted } = deleting({}, 'vm2\n');
  await Promise.all(names.map(remove));
  expect(persisted).toEqual(['vm2']);
});

it('says what is there again', async () => {
  const { remove } = deleting({ list: { text: 'vm1' } });
  await expect(remove('vm1')).rejects.toThrow('is there again');
});
