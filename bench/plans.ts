/** Plans without changes, beside domains of its own and of others. */
import {
  inTurn,
  median,
  note,
  row,
  runNode,
  seconds,
  timed,
  VEN,
  virsh,
  type Row,
} from './measure.ts';
import { defineAll, defineOthers, fleetFolder, undefineAll } from './subjects.ts';

interface Growth {
  domains: number;
  own: boolean;
  plan: number[];
  dump: number[];
  peakMiB: number;
}

/** `domains` are there: the fleet's, or 3 of the fleet and the rest another's. */
async function plan(domains: number, own: boolean): Promise<Growth> {
  note(`plan: ${domains} domains ${own ? 'of its own' : 'of others'}`);
  const folder = fleetFolder(`plan${domains}`, own ? domains : 3, { power: 'off' });
  const uuids = await defineAll(folder);
  const others = own ? [] : await defineOthers(folder, domains);
  try {
    const dumps = [...uuids, ...others].map((uuid) => `dumpxml ${uuid}`);
    const subjects = {
      dump: () => timed(() => virsh(dumps)),
      plan: () => runNode([VEN, 'plan', folder.file, '--detailed-exitcode'], { env: folder.env }),
    };
    await inTurn(1, subjects);
    const samples = await inTurn(domains > 1000 ? 3 : 7, subjects);
    const took = (name: 'dump' | 'plan'): number[] => samples[name].map((each) => each.seconds);
    const peakMiB = Math.max(...samples.plan.map((each) => each.peakMiB ?? 0));
    return { domains, own, plan: took('plan'), dump: took('dump'), peakMiB };
  } finally {
    await undefineAll(folder, [...uuids, ...others]);
    folder.remove();
  }
}

export async function plans(): Promise<{ rows: Row[]; text: string }> {
  const growth: Growth[] = [];
  for (const domains of [3, 1000]) growth.push(await plan(domains, true));
  for (const domains of [1000, 10_000]) growth.push(await plan(domains, false));
  const [small] = growth;
  const rows = growth
    .filter(({ domains }) => domains > 3)
    .map(({ domains, own, plan: ven, dump }) =>
      row(
        `\`ven plan\`, no changes, ${domains} domains of ${own ? 'its own' : 'others'}`,
        ven,
        dump,
        'one `virsh` dumping them',
        limitOf(domains, own),
      ),
    );
  const each = ({ domains, plan: ven }: Growth): string =>
    small === undefined || domains === 3
      ? '–'
      : (((median(ven) - median(small.plan)) / (domains - 3)) * 1000).toFixed(2);
  const text = [
    '| domains | plan | one `virsh` dumping them | plan, ms a domain beyond 3 | peak memory |',
    '|---|---|---|---|---|',
    ...growth.map(
      (at) =>
        `| ${at.domains} of ${at.own ? 'its own' : 'others'} | ${seconds(at.plan)} | ` +
        `${seconds(at.dump)} | ${each(at)} | ${at.peakMiB.toFixed(0)} MiB |`,
    ),
  ].join('\n');
  return { rows, text };
}

function limitOf(domains: number, own: boolean): number | null {
  if (own) return 2;
  return domains === 1000 ? 1.5 : null;
}
