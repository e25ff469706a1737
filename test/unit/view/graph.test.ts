import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { describe, expect, it, test } from 'vitest';
import type { FleetGraph, GraphNode, NetworkNode, VmNode } from '../../../src/model/index.js';
import { DARK, LIGHT, type Palette } from '../../../src/view/graph/colours.js';
import { layoutOf, type PlacedBox, type Point } from '../../../src/view/graph/layout.js';
import { pictureOf, type Box } from '../../../src/view/graph/picture.js';
import { GRAPH_VIEWS } from '../../../src/view/index.js';
import {
  attribute,
  elementsOf,
  parseXml,
  textOf,
  type XmlElement,
} from '../../../src/xml/index.js';
import { contrast } from './contrast.js';

const network = (name: string, parts: Partial<NetworkNode> = {}): NetworkNode => ({
  ...{ id: `network.${name}`, kind: 'network', name, libvirtName: `lab_${name}`, own: true },
  ...{ action: null, bridge: `ven-${name}`, mode: 'nat', subnet: '10.20.0.0/24' },
  ...{ gateway: '10.20.0.1', dhcp: { start: '10.20.0.3', end: '10.20.0.155' }, dnsNames: [] },
  ...{ bootUrl: null, ...parts },
});

const vm = (name: string, on: string[], parts: Partial<VmNode> = {}): VmNode => ({
  ...{ id: `vm.${name}`, kind: 'vm', name, action: null, cpus: 4, memoryKiB: 8 * 1024 ** 2 },
  ...{ firmware: 'uefi', tpm: true, power: 'running', serialNumber: null },
  nics: on.map((id, at) => ({
    ...{ mac: `52:54:00:00:00:0${at}`, model: 'virtio', on: `network.${id}`, address: null },
  })),
  ...parts,
});

function graph(networks: NetworkNode[], vms: VmNode[]): FleetGraph {
  const nodes: GraphNode[] = [
    { id: 'outside', kind: 'outside', orchestrator: null },
    { id: 'uplink', kind: 'uplink', device: 'eno1', address: '192.0.2.1' },
    ...networks,
    ...vms,
  ];
  const nics = vms.flatMap(({ id, nics }) => nics.map(({ on }) => ({ from: id, to: on ?? '' })));
  const ways = networks.map(({ id }) => ({ from: id, to: 'uplink' }));
  const edges = [{ from: 'uplink', to: 'outside' }, ...ways, ...nics];
  return {
    ...{ formatVersion: '1', fleet: 'lab', host: 'qemu:///system', source: 'host', nodes },
    edges: edges.map((edge) => ({ ...edge, kind: 'nic', boots: false })),
  };
}

const many = (amount: number, name: string, on: (index: number) => string[]): VmNode[] =>
  Array.from({ length: amount }, (_, at) => vm(`${name}-${at + 1}`, on(at)));

const titles = (of: FleetGraph, alike = 4): string[] =>
  pictureOf(of, alike)
    .boxes.filter(({ kind }) => kind === 'vm' || kind === 'network')
    .map(({ title }) => title);

describe('alike VMs', () => {
  it('are one box from four on, and stay apart below', () => {
    const lab = network('lab');
    expect(
      titles(
        graph(
          [lab],
          many(3, 'edge', () => ['lab']),
        ),
      ),
    ).toHaveLength(4);
    expect(
      titles(
        graph(
          [lab],
          many(200, 'edge', () => ['lab']),
        ),
      ),
    ).toEqual(['lab', '200 × edge']);
    expect(
      titles(
        graph(
          [lab],
          many(4, 'edge', () => ['lab']),
        ),
        5,
      ),
    ).toHaveLength(5);
  });

  it('are not alike with another size, network or change', () => {
    const vms = many(9, 'edge', () => ['lab']);
    const odd = [
      vm('edge-10', ['lab'], { memoryKiB: 1024 }),
      vm('edge-11', ['lab'], { action: 'update' }),
      vm('edge-12', ['other']),
    ];
    expect(titles(graph([network('lab'), network('other')], [...vms, ...odd]))).toEqual([
      ...['lab', 'other', '9 × edge', 'edge-10', 'edge-11', 'edge-12'],
    ]);
  });

  it('take the networks along that each has for itself', () => {
    const names = Array.from({ length: 50 }, (_, at) => `edge-${at + 1}`);
    const networks = names.map((name) => network(name));
    const vms = names.map((name) => vm(name, [name]));
    expect(titles(graph(networks, vms))).toEqual(['50 × edge', '50 × edge']);
  });

  it('are fewer boxes still where there would be too many', () => {
    const vms = many(300, 'edge', () => ['lab']).map((one, at) => ({ ...one, cpus: at + 1 }));
    expect(titles(graph([network('lab')], vms))).toEqual(['lab', '300 × edge']);
    expect(titles(graph([network('lab')], vms.slice(0, 20)))).toHaveLength(21);
  });
});

it('a fleet of hundreds of networks is still a picture, quickly', async () => {
  const names = Array.from({ length: 300 }, (_, at) => `n${at + 1}x`);
  const networks = names.map((name, at) => network(name, at % 2 === 0 ? {} : { mode: 'isolated' }));
  const vms = names.flatMap((name, at) => [
    vm(`a${at}x`, [name], { cpus: at + 1 }),
    vm(`b${at}x`, [name, names[(at * 7) % 300] ?? name]),
  ]);
  const drawn = graph(networks, vms);
  expect(pictureOf(drawn, 4).boxes.length).toBeLessThan(10);
  expect(titles(drawn).slice(0, 2)).toEqual(['150 × network', '150 × network']);
  expect((await GRAPH_VIEWS.svg(drawn, 4)).length).toBeLessThan(60_000);
});

it('hundreds of bridges are a picture, too', () => {
  const bridges = (amount: number, name: (at: number) => string): FleetGraph => {
    const vms = many(amount, 'edge', () => []).map((one, at) => ({
      ...one,
      cpus: name(0).endsWith('x') ? at + 1 : 4,
      nics: [
        { mac: '52:54:00:00:00:01', model: 'virtio', on: `bridge.${name(at)}`, address: null },
      ],
    }));
    const drawn = graph([], vms);
    const nodes = vms.map((_, at): GraphNode => ({
      ...{ id: `bridge.${name(at)}`, kind: 'bridge', name: name(at) },
    }));
    return { ...drawn, nodes: [...drawn.nodes, ...nodes] };
  };
  const boxes = (of: FleetGraph) =>
    pictureOf(of, 4)
      .boxes.slice(2)
      .map(({ noun, title, amount }) => [noun, title, amount]);
  for (const amount of [5, 1000])
    expect(boxes(bridges(amount, (at) => `br${at + 1}`))).toEqual([
      ['VMs', `${amount} × edge`, amount],
      ['host’s bridges', `${amount} × br`, amount],
    ]);
  expect(boxes(bridges(1000, (at) => `b${at + 1}x`))).toEqual([
    ['VMs', '1000 × edge', 1000],
    ['host’s bridges', '1000 × bridge', 1000],
  ]);
  const { lines } =
    pictureOf(
      bridges(1000, (at) => `br${at + 1}`),
      4,
    ).boxes[2] ?? {};
  expect(lines?.map(({ text }) => text)).toContain('a bridge each');
});

it('the way to the boot file stays where links become one', () => {
  const names = Array.from({ length: 300 }, (_, at) => `n${at + 1}x`);
  const drawn = graph(
    names.map((name, at) => network(name, at === 0 ? { bootUrl: 'https://a.test/b.efi' } : {})),
    names.map((name, at) => vm(`v${at}x`, [name], { cpus: at + 1 })),
  );
  drawn.edges = drawn.edges.map((edge) => ({
    ...edge,
    boots: [edge.from, edge.to].includes('network.n1x') || edge.to === 'outside',
  }));
  const ways = pictureOf(drawn, 4).links.filter(({ boots }) => boots);
  expect(ways.map(({ to }) => to)).toEqual(['uplink', 'network.n1x', 'vm.v0x']);
  // Also where a box holds both.
  drawn.nodes = drawn.nodes.map((one) =>
    one.kind === 'network' ? { ...one, bootUrl: null } : one,
  );
  expect(pictureOf(drawn, 4).links.filter(({ boots }) => boots)).toHaveLength(3);
});

const PICTURES: Record<string, FleetGraph> = {
  'one network': graph([network('lab')], many(20, 'edge', () => ['lab']).map(differently)),
  'two networks': graph(
    [network('a'), network('b')],
    many(11, 'edge', (at) => [at % 3 === 0 ? 'a' : 'b']).map(differently),
  ),
  'many networks': graph(
    [...'abcdefgh'].map((name) => network(name)),
    many(24, 'edge', (at) => ['abcdefgh'.charAt(at % 8)]).map(differently),
  ),
};

PICTURES['VMs on several networks'] = graph(
  [...'abcde'].map((name) => network(name)),
  [
    ...many(9, 'edge', (at) => ['abcde'.charAt(at % 5)]).map(differently),
    ...[vm('ae', ['a', 'e']), vm('be', ['b', 'e']), vm('bcd', ['b', 'c', 'd'])],
  ],
);

function differently(one: VmNode, at: number): VmNode {
  return { ...one, cpus: at + 1, firmware: at % 2 === 0 ? 'uefi' : 'uefi-secure' };
}

describe('the layout', () => {
  const size = ({ lines }: Box) => ({ width: 144, height: 50 + 17 * lines.length });

  test.each(Object.keys(PICTURES))(
    '%s: no box is on another, and no line goes through one',
    (name) => {
      const { boxes, lines } = layoutOf(pictureOf(PICTURES[name] as FleetGraph, 99), size);
      for (const [at, box] of boxes.entries())
        for (const other of boxes.slice(at + 1))
          expect(overlap(box, other), `${box.id} and ${other.id}`).toBe(false);
      for (const { points, from, to } of lines)
        for (const box of boxes)
          for (const [at, point] of points.slice(1).entries())
            if (box.id !== from && box.id !== to && box.kind !== 'uplink')
              expect(isDown(points[at], point, box), `${from} to ${to}: ${box.id}`).toBe(false);
    },
  );

  // Each order of VMs and networks, and of the NICs of the one VM that is on both networks.
  test.each(
    ['a', 'b'].flatMap((first) => [0, 1, 2].map((place) => [first, place] as [string, number])),
  )('has no crossing that it does not need: NIC on %s first, VM at place %i', (first, place) => {
    const second = first === 'a' ? 'b' : 'a';
    const edges = many(2, 'edge', () => ['a']).map(differently);
    const vms = edges.toSpliced(place, 0, vm('gw', [first, second]));
    for (const networks of [
      [network('a'), network('b')],
      [network('b'), network('a')],
    ])
      for (const mode of ['nat', 'isolated'] as const) {
        const drawn = graph(
          networks.map((one) => (one.name === 'b' ? { ...one, mode } : one)),
          vms,
        );
        if (mode === 'isolated')
          drawn.edges = drawn.edges.filter(({ from }) => from !== 'network.b');
        const { boxes } = layoutOf(pictureOf(drawn, 4), size);
        const x = (id: string): number => boxes.find((box) => box.id === id)?.x ?? NaN;
        const gwIsLeft = x('network.b') < x('network.a');
        for (const { id } of edges)
          expect(x('vm.gw') < x(id), networks.map(({ name }) => name).join()).toBe(gwIsLeft);
      }
  });

  it('is as wide as a page for any number of VMs', () => {
    for (const picture of Object.values(PICTURES))
      expect(layoutOf(pictureOf(picture, 99), size).width).toBeLessThan(850);
    expect(layoutOf(pictureOf(PICTURES['one network'] as FleetGraph, 99), size).width).toBeLessThan(
      500,
    );
  });
});

function overlap(a: PlacedBox, b: PlacedBox): boolean {
  const apart =
    a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
  return !apart;
}

/** A line that goes straight down, inside of the box. */
function isDown(from: Point | undefined, to: Point, box: PlacedBox): boolean {
  if (from === undefined || Math.abs(from.x - to.x) > 1) return false;
  const isBeside = to.x < box.x || to.x > box.x + box.width;
  return !isBeside && from.y < box.y + box.height && to.y > box.y;
}

const HOSTILE = '</text><script>alert(1)</script>"\'&`]]>\\N\u202e#quot;{}|;%%';

describe('every format', () => {
  const hostile = graph(
    [network('lab', { name: HOSTILE, bridge: HOSTILE, dnsNames: [HOSTILE] })],
    [vm('edge', ['lab'], { action: 'create' }), vm('other', ['lab'], { name: HOSTILE })],
  );

  it('gives the same text again', async () => {
    for (const view of Object.values(GRAPH_VIEWS))
      expect(await view(hostile, 4)).toBe(await view(structuredClone(hostile), 4));
  });

  it('svg: is XML in which names are text, with a title and a description', async () => {
    const svg = await GRAPH_VIEWS.svg(hostile, 4);
    expect(svg).not.toMatch(/<script|\u202e|url\(|@import|http(?!:\/\/www\.w3\.org\/2000\/svg")/);
    const root = parseXml(svg);
    expect(attribute(root, 'role')).toBe('img');
    const [title, description] = elementsOf(root);
    expect(attribute(root, 'aria-labelledby')).toBe(
      [title, description].map((element) => attribute(element, 'id')).join(' '),
    );
    expect(words(title)).toBe('The fleet lab on qemu:///system');
    expect(words(description)).toContain('edge, ');
  });

  it('svg: says a change by sign and by colour', async () => {
    const svg = await GRAPH_VIEWS.svg(hostile, 4);
    expect(svg).toMatch(/class="sign create"[^>]*>\+</);
    expect(svg).toContain('create: 1');
    expect(svg).toContain('@media (prefers-color-scheme: dark)');
  });

  it('dot: is read by Graphviz, which sees each thing and its text', async () => {
    const graphviz = await Graphviz.load();
    const read = JSON.parse(graphviz.layout(await GRAPH_VIEWS.dot(hostile, 4), 'json', 'dot')) as {
      objects: { name: string; label?: string }[];
      edges: unknown[];
    };
    expect(read.objects.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['outside', 'uplink', 'network.lab', 'vm.edge', 'vm.other']),
    );
    expect(read.edges).toHaveLength(4);
  });

  it('mermaid: has no sign of a name that mermaid would read', async () => {
    const mermaid = await GRAPH_VIEWS.mermaid(hostile, 4);
    const labels = mermaid
      .split('\n')
      .flatMap((line) => /^\s+n\d+\["(.*)"\]$/.exec(line)?.[1] ?? []);
    expect(labels).toHaveLength(5);
    for (const label of labels)
      expect(label.replaceAll('<br/>', '').replaceAll(/#\d+;/g, '')).not.toMatch(
        /["<>&#;{}|`\\[\]%]/,
      );
    expect(mermaid).toContain('class n3 create');
  });
});

const words = (element: XmlElement | undefined): string =>
  element === undefined ? '' : textOf(element);

describe.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the colours, %s', (_, palette: Palette) => {
  const { ground, frame, ink, soft, link, boots, plain, actions } = palette;
  const tones = [plain, ...Object.values(actions)];

  it('text has a contrast of 4.5 and more', () => {
    for (const on of [ground, frame, ...tones.map(({ fill }) => fill)])
      for (const text of [ink, soft]) expect(contrast(text, on)).toBeGreaterThanOrEqual(4.5);
    for (const { sign, stroke } of tones)
      expect(contrast(sign, stroke)).toBeGreaterThanOrEqual(4.5);
  });

  it('lines have a contrast of 3 and more', () => {
    for (const line of [link, boots, ...tones.map(({ stroke }) => stroke)])
      for (const on of [ground, frame]) expect(contrast(line, on)).toBeGreaterThanOrEqual(3);
    for (const { stroke, fill } of tones) expect(contrast(stroke, fill)).toBeGreaterThanOrEqual(3);
  });
});
