/** What an editor shows, offers and inserts: by the YAML language server, with ven's schemas. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  InsertTextFormat,
  type CompletionItem,
  type Position,
} from 'vscode-languageserver-protocol/node';
import { loadFleet } from '../../../src/config/index.js';
import { LanguageServer } from './language-server.js';

const ROOT = join(import.meta.dirname, '../../..');
const modeline = (kind: string): string =>
  `# yaml-language-server: $schema=../schemas/${kind}.schema.json\n`;
const HEAD = `${modeline('fleet')}apiVersion: ven/v1\nfleet: lab\n`;

let server: LanguageServer;
beforeAll(async () => {
  server = await LanguageServer.start();
}, 60_000);
afterAll(async () => {
  await server.stop();
});

/** What is marked, as `line: message`. */
async function marks(file: string): Promise<string[]> {
  const found = await server.marks(file);
  return found.map(({ range, message }) => {
    const text = typeof message === 'string' ? message : message.value;
    return `${range.start.line + 1}: ${text}`;
  });
}

/** Splits a text at its `|`, where the cursor is. */
async function atCursor(
  marked: string,
): Promise<{ text: string; uri: string; position: Position }> {
  const before = marked.slice(0, marked.indexOf('|')).split('\n');
  const text = marked.replace('|', '');
  const uri = await server.open(text);
  const position = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
  return { text, uri, position };
}

const hover = async (marked: string): Promise<string> => {
  const { uri, position } = await atCursor(marked);
  return await server.hover(uri, position);
};

/** Takes an offer as an editor does: stops get their texts, further lines the first's indent. */
function insert(text: string, { line: row, character }: Position, item: CompletionItem): string {
  const { textEdit, insertText = '', insertTextFormat } = item;
  const edit = textEdit !== undefined && 'range' in textEdit ? textEdit : undefined;
  const lines = text.split('\n');
  const line = lines[row] ?? '';
  const indent = /^ */.exec(line)?.[0] ?? '';
  const start = edit?.range.start.character ?? line.search(/\w*$/);
  const end = edit?.range.end.character ?? character;
  const given = edit?.newText ?? insertText;
  const plain =
    insertTextFormat === InsertTextFormat.Snippet
      ? given
          .replace(/\$\{\d+:((?:\\.|[^\\}])*)\}/g, '$1')
          .replace(/\$\{?\d+\}?/g, '')
          .replace(/\\([\\$}])/g, '$1')
      : given;
  lines[row] = line.slice(0, start) + plain.replaceAll('\n', `\n${indent}`) + line.slice(end);
  return lines.join('\n');
}

describe('marks', () => {
  const folders = [
    ...readdirSync(join(ROOT, 'fleets')).map((name) => `fleets/${name}`),
    ...readdirSync(join(ROOT, 'test/scenarios'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `test/scenarios/${name}/fleet.yaml`),
    'templates/init.fleet.yaml',
  ];

  it('nothing in any fleet file that ven accepts', async () => {
    expect(folders.length).toBeGreaterThan(100);
    const found = await Promise.all(
      folders.map(async (path) => {
        const text = readFileSync(join(ROOT, path), 'utf8').replace(/^# yaml-lang.*\n/, '');
        return [path, await marks(modeline('fleet') + text)];
      }),
    );
    expect(found).toEqual(folders.map((path) => [path, []]));
  });

  it('nothing in the profile that comes with ven', async () => {
    const text = readFileSync(join(ROOT, 'templates/profiles/edge-node.yaml'), 'utf8');
    expect(await marks(modeline('profile') + text.replace(/^# yaml-lang.*\n/, ''))).toEqual([]);
  });

  it('no variable, whatever kind of value is wanted there', async () => {
    const text = `${modeline('fleet')}apiVersion: ven/v1
fleet: \${FLEET:-lab}
host: { uri: "\${URI}", accelerator: "\${A:-auto}" }
networks:
  lab: { subnet: "\${SUBNET:-192.168.150.0/24}", mode: "\${MODE:-nat}", dhcp: "\${DHCP:-false}" }
vms:
  - name: edge
    count: \${N:-5}
    cpus: \${CPUS:-\${N:-4}}
    memory: \${MEMORY:-8GiB}
    tpm: \${TPM:-true}
    power: \${POWER:-running}
    nics: [{ network: lab, address: "\${ADDRESS:-192.168.150.100}", model: "\${MODEL:-virtio}" }]
    disks: [{ size: "\${SIZE:-1GiB}", bus: "\${BUS:-sata}" }]
    firmware: \${FIRMWARE:-uefi}
    graphics: { type: vnc, port: "\${PORT:-5901}" }
    boot: ["\${FIRST:-disk}"]
`;
    expect(await marks(text)).toEqual([]);
    const unquoted = text.replace(/"(\$\{[^"]*\})"/g, "'$1'");
    expect(await marks(unquoted)).toEqual([]);
  });

  it('a mistake in a file whose schema the settings of the editor name', async () => {
    const path = join(ROOT, 'schemas/fleet.schema.json');
    const another = await LanguageServer.start({ [path]: '*.fleet.yaml' });
    const [mark, ...others] = await another.marks('apiVersion: ven/v1\nfleet: a\nvms: 3\n');
    await another.stop();
    expect([mark?.message, others]).toEqual(['Incorrect type. Expected "array".', []]);
  });

  it.each([
    ['accelerator', '5: Value is not accepted. Valid values: "auto", "kvm", "qemu".'],
    ['cpus-text', /: a whole number, or a variable such as \$\{NAME:-…\}$/],
    ['memory-short-unit', /: a size is a whole number and a binary unit: MiB, GiB or TiB$/],
    ['power-on', /: Value is not accepted. Valid values: "running", "off", "external".$/],
    ['tpm-yes', /: true or false, or a variable such as \$\{NAME:-…\}$/],
    ['dhcp-true', /: Incorrect type/],
    ['unknown-key-vm', /: Property \S+ is not allowed.$/],
    ['nic-without-place', /: Missing property "bridge".$/],
    ['no-vms', /: Missing property "vms".$/],
    ['count-zero', /minimum/],
    ['upper-case-fleet', /: a name is made of lower-case letters, digits and hyphens/],
  ])('the mistake in %s', async (name, mark) => {
    const text = readFileSync(join(ROOT, `test/bad-fleets/${name}.yaml`), 'utf8');
    const found = await marks(modeline('fleet') + text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(mark);
  });
});

describe('what is under the cursor', () => {
  const VM = `${HEAD}vms:\n  - name: edge\n`;

  it.each([
    ['vms', `${HEAD}v|ms:\n  - name: edge\n`],
    ['name', `${HEAD}vms:\n  - na|me: edge\n`],
    ['nics', `${VM}    ni|cs: default\n`],
    ['nics', `${VM}    ni|cs: [{ network: lab }]\n`],
    ['firmware', `${VM}    firm|ware: uefi\n`],
    ['firmware', `${VM}    firm|ware: { loader: /x.fd, nvramTemplate: /y.fd }\n`],
    ['cpus', `${VM}    cp|us: 3\n`],
    ['cpus', `${VM}    cp|us: \${N:-3}\n`],
    ['power', `${VM}    po|wer: off\n`],
    ['password', `${VM}    graphics:\n      type: vnc\n      pass|word: { env: A }\n`],
    ['graphics', `${VM}    gra|phics: { type: vnc }\n`],
    ['dhcp', `${VM}networks:\n  lab: { dh|cp: false }\n`],
    ['network', `${VM}networks:\n  la|b: {}\n`],
    ['orchestrator', `${VM}orches|trator: { domain: a.b }\n`],
  ])('one title and one text: %s', async (title, text) => {
    const shown = await hover(text);
    const [first, blank, description] = shown.split('\n');
    expect([first, blank]).toEqual([`#### ${title}`, '']);
    expect(description?.length ?? 0).toBeGreaterThan(10);
    expect(shown.split(description ?? '')).toHaveLength(2);
    expect(shown).not.toMatch(/\|\||Fleet[A-Z]|\\`|\[object/);
  });

  it('a text in Markdown, the values and an example', async () => {
    const shown = await hover(`${VM}    ni|cs: default\n`);
    expect(shown).toContain('`per-vm`: one, on a NAT network of its own for each VM');
    expect(shown).toContain('Allowed Values:\n\n* `default`\n* `per-vm`\n');
    expect(shown).toContain('```yaml\n- network: lab\n```');
  });
});

describe('offers', () => {
  const VM = `${HEAD}networks:\n  lab: {}\nvms:\n  - name: edge\n`;
  const REST = '\nvms:\n  - name: edge\n';

  it.each<[string, string, string]>([
    ['a whole file', `${modeline('fleet')}|`, 'Fleet'],
    ['networks', `${HEAD}net|${REST}`, 'networks'],
    ['a network', `${HEAD}networks: |${REST}`, '{ lab: { subnet: 192.168.150.0/24 } }'],
    [
      'a network in its line',
      `${HEAD}networks:\n  |${REST}`,
      '{ lab: { subnet: 192.168.150.0/24 } }',
    ],
    ['a foreign network', `${HEAD}networks:\n  lab:\n    |${REST}`, '{ existing: default }'],
    [
      'the range of DHCP',
      `${HEAD}networks:\n  lab:\n    subnet: 192.168.150.0/24\n    |${REST}`,
      'dhcp',
    ],
    ['a mode', `${HEAD}networks:\n  lab:\n    mode: |${REST}`, 'isolated'],
    ['VMs', `${HEAD}vms: |\n`, '[{ name: edge, count: 3 }]'],
    ['VMs in their line', `${HEAD}vms:\n  |\n`, '[{ name: edge, count: 3 }]'],
    ['one VM', `${HEAD}vms:\n  - |\n`, '[{ name: edge, count: 3 }]'],
    ['a list of NICs', `${VM}    nics: |\n`, '[{ network: lab }]'],
    ['the NICs by a word', `${VM}    nics: |\n`, 'per-vm'],
    ['a NIC', `${VM}    nics:\n      - |\n`, '[{ network: lab }]'],
    ['disks', `${VM}    dis|\n`, 'disks'],
    ['a list of disks', `${VM}    disks: |\n`, '[{ size: 110GiB }]'],
    ['a disk', `${VM}    disks:\n      - |\n`, 'size'],
    ["a disk's bus", `${VM}    disks:\n      - size: 1GiB\n        |\n`, 'bus'],
    ['a disk in one line', `${VM}    disks: [{ |}]\n`, '[{ size: 110GiB }]'],
    ['a firmware', `${VM}    firmware: |\n`, 'bios'],
    ['a boot order', `${VM}    boot: |\n`, '["disk","network"]'],
    ['a boolean', `${VM}    tpm: |\n`, 'false'],
    ['a power', `${VM}    power: |\n`, '"off"'],
    ['SMBIOS', `${VM}    smbios:\n      |\n`, '{ manufacturer: Acme, product: Edge Server 9 }'],
    ['paths to ignore', `${VM}    ignore: |\n`, '["memory","nics.0.model","cpu"]'],
  ])('%s', async (_, marked, label) => {
    const { text, uri, position } = await atCursor(marked);
    const items = await server.complete(uri, position);
    const offers = items.filter((item) => item.label === label);
    expect(offers.length, items.map((item) => item.label).join('\n')).toBeGreaterThan(0);
    for (const offer of offers) {
      const written = insert(text, position, offer)
        // Left to be typed.
        .replace(/name: *$/m, 'name: edge')
        .replace(/size: *$/m, 'size: 1GiB');
      expect(() => loadFleet(written, { file: 'fleet.yaml', env: {} }), written).not.toThrow();
      expect(await marks(written), written).toEqual([]);
    }
  });

  it('nothing that reads [object Object], and no name of a type', async () => {
    for (const marked of [`${HEAD}|`, `${VM}    |`, `${VM}    disks: |`, `${VM}    nics: |`]) {
      const { uri, position } = await atCursor(marked);
      expect(JSON.stringify(await server.complete(uri, position))).not.toMatch(
        /\[object|FleetVm|FleetNic|FleetDisk/,
      );
    }
  });
});
