/** Wide fleets: time must grow with the number of VMs, and no faster. */
import { inTurn, note, row, type Row, type Sample } from './measure.ts';
import { parallelVirsh, ven, type Peer } from './peers.ts';

/** Makes and takes away, some rounds; seconds of each. */
async function ways(
  rounds: number,
  peers: Record<string, Peer>,
): Promise<Record<string, { up: number[]; away: number[] }>> {
  const away: Record<string, number[]> = {};
  const way = (name: string) => async (): Promise<Sample> => {
    const made = await peers[name]?.up();
    const gone = await peers[name]?.away();
    (away[name] ??= []).push(gone?.seconds ?? NaN);
    return made as Sample;
  };
  try {
    const samples = await inTurn(
      rounds,
      Object.fromEntries(Object.keys(peers).map((name) => [name, way(name)])),
    );
    return Object.fromEntries(
      Object.keys(peers).map((name) => [
        name,
        { up: samples[name]?.map((sample) => sample.seconds) ?? [], away: away[name] ?? [] },
      ]),
    );
  } finally {
    for (const { remove } of Object.values(peers)) remove();
  }
}

const each = (values: number[] | undefined, count: number): number[] =>
  (values ?? []).map((value) => value / count);

export async function many(): Promise<Row[]> {
  note('10 and 100 VMs');
  const off = { power: 'off', backend: 'libvirt' } as const;
  const wide = await ways(3, { ten: ven('ten', 10, off), hundred: ven('hundred', 100, off) });
  note('60 VMs with a network each');
  const nets = { ...off, networks: 'per-vm' } as const;
  const sixty = await ways(2, {
    ven: ven('nets', 60, nets),
    virsh: await parallelVirsh('netsv', 60, nets),
  });
  return [
    row(
      '`ven apply`, 100 VMs, off: a VM',
      each(wide['hundred']?.up, 100),
      each(wide['ten']?.up, 10),
      'a VM of 10',
      1.2,
    ),
    row(
      '`ven destroy`, 100 VMs, off: a VM',
      each(wide['hundred']?.away, 100),
      each(wide['ten']?.away, 10),
      'a VM of 10',
      1.2,
    ),
    row(
      '`ven apply`, 60 VMs, off, a network each',
      sixty['ven']?.up ?? [],
      sixty['virsh']?.up ?? [],
      'parallel virsh',
      1.3,
    ),
    row(
      '`ven destroy` of these',
      sixty['ven']?.away ?? [],
      sixty['virsh']?.away ?? [],
      'parallel virsh',
      1.3,
    ),
  ];
}
