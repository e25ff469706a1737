/** Networks of a fleet's own, as people and hosts change them. On a host of its own. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { changes, Lab } from './lab.js';
import { PrivateHost } from './private-host.js';

let host: PrivateHost;
let lab: Lab;

beforeAll(async () => {
  host = await PrivateHost.up();
  lab = new Lab('net', host);
});

afterEach(async () => {
  await lab.ven('destroy', '--yes');
});

afterAll(async () => {
  await lab.close();
  await host.close();
});

const name = (): string => `${lab.fleet}_lab`;
const write = (
  network: string,
  vms = 'vms: [{ name: a, power: off, nics: [{ network: lab }] }]',
) => {
  lab.write(`${Lab.SMALL}networks: { lab: ${network} }\n${vms}\n`);
};
const running = (): Promise<string> => host.virsh('net-dumpxml', name());
const kept = (): Promise<string> => host.virsh('net-dumpxml', name(), '--inactive');
/** As a person does it, with virsh net-edit. */
async function edit(change: (xml: string) => string): Promise<void> {
  const xml = change(await kept());
  await host.run('sh', '-c', `cat > /tmp/${name()}.xml <<'EOF'\n${xml}\nEOF`);
  await host.virsh('net-define', `/tmp/${name()}.xml`);
  await host.run('rm', `/tmp/${name()}.xml`);
}
async function restart(): Promise<void> {
  await host.virsh('net-destroy', name());
  await host.virsh('net-start', name());
}
const pidOfDnsmasq = (): number =>
  Number(readFileSync(`${host.dir}/run/network/${name()}.pid`, 'utf8'));

it('keeps what others said of a network, in every change of it', async () => {
  const dns = (names: string) => `dns: { hosts: { 192.168.209.1: [${names}] } }`;
  write(`{ subnet: 192.168.209.0/24, ${dns('a.example')} }`);
  await lab.apply();
  await edit((xml) =>
    xml
      .replace(
        '<dns>',
        "<mtu size='1400'/><domain name='lab.example' localOnly='yes'/><dns>" +
          "<forwarder addr='9.9.9.9'/>",
      )
      .replace(
        '</network>',
        "<ip family='ipv6' address='fd00:209::1' prefix='64'>" +
          "<dhcp><range start='fd00:209::10' end='fd00:209::20'/></dhcp></ip></network>",
      ),
  );
  await restart();
  expect(changes(await lab.plan())).toEqual([]);
  const theirs = ["<mtu size='1400'/>", "<domain name='lab.example' localOnly='yes'/>"];
  theirs.push("<forwarder addr='9.9.9.9'/>", "<ip family='ipv6' address='fd00:209::1'");
  for (const [network, what] of [
    [`{ subnet: 192.168.209.0/24, ${dns('a.example, b.example')} }`, 'b.example'],
    [
      '{ subnet: 192.168.209.0/24, dhcp: { start: 192.168.209.9, end: 192.168.209.19 } }',
      '192.168.209.19',
    ],
    ['{ subnet: 192.168.211.0/24, mode: route }', "<forward mode='route'/>"],
  ] as const) {
    write(network);
    await lab.apply();
    for (const xml of [await running(), await kept()])
      for (const text of [...theirs, what]) expect(xml).toContain(text);
    expect(changes(await lab.plan())).toEqual([]);
  }
});

it('puts right what runs, and what is kept, without a restart', async () => {
  write(
    '{ subnet: 192.168.212.64/27, dns: { hosts: { 192.168.212.65: [reg.lab] } } }',
    'vms: [{ name: a, power: off, nics: [{ network: lab, address: 192.168.212.75 }] }]',
  );
  await lab.apply();
  const pid = pidOfDnsmasq();
  const mac = /host mac='([^']*)/.exec(await running())?.[1] ?? '';
  const update = (...args: string[]) => host.virsh('net-update', name(), ...args);
  await update('delete', 'ip-dhcp-host', `<host mac='${mac}'/>`, '--live');
  const other = "<host ip='192.168.212.80'><hostname>other.lab</hostname></host>";
  await update('add-last', 'dns-host', other, '--live');
  await edit((xml) => xml.replace("stp='on'", "stp='off'"));
  const plan = (await lab.ven('plan')).stdout;
  expect(plan).toMatch(/dns\.192\.168\.212\.80: +"other\.lab" -> none +\(live\)/);
  expect(plan).toMatch(new RegExp(`dhcp\\.${mac}: +none -> "192\\.168\\.212\\.75 a" +\\(live\\)`));
  expect(plan).toMatch(/bridge\.stp: +"off" -> "on" +\(definition\)/);
  await lab.apply();
  expect(await running()).toContain("ip='192.168.212.75'");
  expect(await running()).not.toContain('other.lab');
  expect(await kept()).toContain("stp='on'");
  expect(pidOfDnsmasq()).toBe(pid);
  expect(changes(await lab.plan())).toEqual([]);
});

it('changes one of two addresses of a name', async () => {
  const hosts = (text: string) =>
    write(`{ subnet: 192.168.212.32/27, dns: { hosts: { ${text} } } }`);
  hosts('192.168.212.33: [api.lab], 192.168.212.40: [api.lab]');
  await lab.apply();
  hosts('192.168.212.33: [api.lab], 192.168.212.40: [api.lab, new.lab]');
  await lab.apply();
  hosts('192.168.212.33: [api.lab]');
  await lab.apply();
  expect((await running()).match(/api\.lab/g)).toHaveLength(1);
  expect(changes(await lab.plan())).toEqual([]);
});

it('starts a network anew whose bridge or dnsmasq is gone, with the VMs on it', async () => {
  write('{ subnet: 192.168.208.0/24 }', 'vms: [{ name: a, nics: [{ network: lab }] }]');
  await lab.apply();
  const bridge = /bridge name='([^']*)/.exec(await running())?.[1] ?? '';
  const attached = async () =>
    (await host.run('ls', `/sys/class/net/${bridge}/brif`)).stdout.trim();
  const tap = await attached();
  for (const [harm, words] of [
    [() => host.run('ip', 'link', 'del', bridge), 'its bridge is gone'],
    [() => host.run('ip', 'addr', 'flush', 'dev', bridge), 'its bridge has lost its address'],
    [() => Promise.resolve(process.kill(pidOfDnsmasq(), 'SIGKILL')), 'its dnsmasq is not running'],
  ] as const) {
    await harm();
    const plan = (await lab.ven('plan')).stdout;
    expect(plan).toContain(`"${words}" -> "yes"`);
    expect(plan).toContain('attaches vm.a again');
    await lab.apply();
    expect(await attached()).toBe(tap);
    expect(changes(await lab.plan())).toEqual([]);
  }
});

it('says how to start a foreign network anew whose bridge is gone, and leaves it', async () => {
  const xml =
    "<network><name>theirs</name><bridge name='theirs0'/>" +
    "<ip address='192.168.207.1' prefix='24'/></network>";
  await host.run('sh', '-c', `echo "${xml}" > /tmp/theirs.xml; virsh net-create /tmp/theirs.xml`);
  await host.run('ip', 'link', 'del', 'theirs0');
  lab.write(
    `${Lab.SMALL}networks: { x: { existing: theirs } }\n` +
      'vms: [{ name: a, nics: [{ network: x }] }]\n',
  );
  const refused = await lab.ven('apply', '--yes');
  expect(refused.code).toBe(7);
  expect(refused.stderr).toContain('has no bridge theirs0 on the host');
  expect(refused.stderr).toContain('net-destroy theirs');
  expect(await host.lines('net-list', '--name')).toContain('theirs');
  await host.virsh('net-destroy', 'theirs');
});

it('takes a subnet beside a VPN that takes all, and another when it is in use', async () => {
  for (const words of [
    'link add tun0 type bridge',
    'addr add 10.8.0.6/24 dev tun0',
    'link set tun0 up',
    'route add 0.0.0.0/1 via 10.8.0.1',
    'route add 128.0.0.0/1 via 10.8.0.1',
  ])
    await host.run('ip', ...words.split(' '));
  write('{ subnet: auto }');
  await lab.apply();
  const subnet = async () => /ip address='([^']*)/.exec(await kept())?.[1] ?? '';
  const first = await subnet();
  await host.virsh('net-destroy', name());
  await host.run('ip', 'addr', 'add', `${first}/24`, 'dev', 'tun0');
  await lab.apply();
  expect(await subnet()).not.toBe(first);
  expect(changes(await lab.plan())).toEqual([]);
  await host.run('ip', 'link', 'del', 'tun0');
});

it('gives two fleets that begin with the same subnet one each, at the same moment', async () => {
  const start = (fleet: string): number =>
    createHash('sha256').update(`${fleet}/lab`).digest().readUInt32BE(0) % 121;
  const numbers = Array.from({ length: 4000 }, (_, index) => index);
  const wanted = start(lab.fleet);
  const twin = numbers.find((n) => start(`t${process.pid}-twin${n}`) === wanted);
  const other = new Lab(`twin${twin}`, host);
  write('{}');
  other.write(
    `${Lab.SMALL}networks: { lab: {} }\nvms: [{ name: a, power: off, nics: [{ network: lab }] }]\n`,
  );
  await Promise.all([lab.apply(), other.apply()]);
  for (const each of [lab, other]) expect(changes(await each.plan())).toEqual([]);
  await other.ven('destroy', '--yes');
  await other.close();
});
