/** Eight small VMs, made, made again, and taken away, beside virsh, vagrant and kcli. */
import { barChart } from './chart.ts';
import { inTurn, median, note, row, seconds, type Row, type Sample } from './measure.ts';
import { kcli, parallelVirsh, plainVagrant, ven, type Peer } from './peers.ts';

const COUNT = 8;
const ROUNDS = 5;

interface Times {
  up: number[];
  again: number[];
  away: number[];
}

interface Subject extends Peer {
  label: string;
}

export async function eight(): Promise<{ rows: Row[]; text: string; chart: string }> {
  note(`${COUNT} VMs`);
  const running = { power: 'running' } as const;
  const vagrant = plainVagrant(COUNT);
  const other = kcli(COUNT);
  const subjects: Record<string, Subject> = {
    floor: {
      ...(await parallelVirsh('floor', COUNT, running)),
      label: 'parallel virsh (the floor)',
    },
    libvirt: {
      ...ven('libvirt', COUNT, { ...running, backend: 'libvirt' }),
      label: 'ven, backend libvirt',
    },
    vagrant: {
      ...ven('vagrant', COUNT, { ...running, backend: 'vagrant' }),
      label: 'ven, backend vagrant',
    },
    ...(other && { kcli: { ...other, label: 'kcli' } }),
    plain: { ...vagrant, label: 'vagrant up --parallel' },
    oneByOne: { ...vagrant, up: vagrant.oneByOne, label: 'vagrant up VM, one after another' },
  };
  const times: Record<string, Times> = {};
  for (const name of Object.keys(subjects)) times[name] = { up: [], again: [], away: [] };
  const way = (name: string, keep: boolean) => async (): Promise<Sample> => {
    const { up, again, away } = subjects[name] as Subject;
    const made = await up();
    const repeated = await again?.();
    const gone = await away();
    if (keep) {
      times[name]?.up.push(made.seconds);
      if (repeated) times[name]?.again.push(repeated.seconds);
      times[name]?.away.push(gone.seconds);
    }
    return made;
  };
  try {
    const round = (keep: boolean) =>
      Object.fromEntries(Object.keys(subjects).map((name) => [name, way(name, keep)]));
    await inTurn(1, round(false));
    await inTurn(ROUNDS, round(true));
  } finally {
    for (const { remove } of Object.values(subjects)) remove();
  }
  return { rows: rowsOf(times), text: textOf(subjects, times), chart: chartOf(subjects, times) };
}

function rowsOf(times: Record<string, Times>): Row[] {
  const of = (name: string): Times => times[name] as Times;
  const { floor, libvirt, vagrant } = {
    floor: of('floor'),
    libvirt: of('libvirt'),
    vagrant: of('vagrant'),
  };
  const peer = times['kcli'];
  const makes = '`ven apply`, 8 VMs, backend';
  return [
    row(`${makes} libvirt`, libvirt.up, floor.up, 'parallel virsh', 1.2),
    row(`${makes} vagrant`, vagrant.up, floor.up, 'parallel virsh', null),
    row(`${makes} vagrant`, vagrant.up, of('plain').up, '`vagrant up --parallel`', 0.5),
    row(`${makes} vagrant`, vagrant.up, of('oneByOne').up, '`vagrant up VM`, one by one', null),
    ...(peer ? [row(`${makes} vagrant`, vagrant.up, peer.up, 'kcli', 0.8)] : []),
    row('`ven destroy`, 8 VMs', libvirt.away, floor.away, 'parallel virsh', 1.2, 0.04),
    ...(peer
      ? [
          row('`ven destroy`, 8 VMs', libvirt.away, peer.away, 'kcli', null),
          row('`ven apply`, nothing to do', libvirt.again, peer.again, 'kcli', 0.4),
        ]
      : []),
  ];
}

function textOf(subjects: Record<string, Subject>, times: Record<string, Times>): string {
  const cell = (values: number[] | undefined): string =>
    values === undefined || values.length === 0 ? '–' : seconds(values);
  return [
    '| | make | nothing to do | take away |',
    '|---|---|---|---|',
    ...Object.entries(subjects).map(([name, { label }]) => {
      const { up, again, away } = times[name] as Times;
      // vagrant is not asked to destroy: it takes a minute, and virsh does it for both.
      const gone = label.startsWith('vagrant') ? '–' : cell(away);
      return `| ${label} | ${cell(up)} | ${cell(again)} | ${gone} |`;
    }),
  ].join('\n');
}

function chartOf(subjects: Record<string, Subject>, times: Record<string, Times>): string {
  const value = (values: number[]): number | null => (values.length === 0 ? null : median(values));
  return barChart({
    title: 'Seconds to make 8 small VMs, to find nothing to do, and to take them away',
    series: ['make', 'nothing to do', 'take away'],
    rows: Object.entries(subjects).map(([name, { label }]) => {
      const { up, again, away } = times[name] as Times;
      return {
        label,
        values: [value(up), value(again), label.startsWith('vagrant') ? null : value(away)],
      };
    }),
  });
}
