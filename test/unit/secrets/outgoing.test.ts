import { describe, expect, it } from 'vitest';
import { readProfile } from '../../../src/operations/provision/profile.js';
import { outgoingMask } from '../../../src/secrets/index.js';

describe('what is taken out', () => {
  const profile = readProfile({ builtin: 'edge-node' }, { file: 'fleet.yaml', env: {} });
  const { text, file: written, json } = outgoingMask(['hunter22', `a"&<'b`], profile);

  it.each([
    ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer ********'],
    ['http_proxy=http://user:p@ss@proxy:3128/x', 'http_proxy=http://********@proxy:3128/x'],
    ['https://token@host/x', 'https://********@host/x'],
    ['qemu+ssh://root@lab/system', 'qemu+ssh://root@lab/system'],
    ['https://registry/@scope/name', 'https://registry/@scope/name'],
    ['access_token=abc&x=1', 'access_token=********&x=1'],
    ['{"client_secret": "abc"}', '{"client_secret": "********"}'],
    ['password: { env: X }', 'password: { env: X }'],
    ['password:\n  env: X', 'password:\n  env: X'],
    ['password: ${VNC}', 'password: ${VNC}'],
    ['a basic matter of taste', 'a basic matter of taste'],
    ['it is hunter22!', 'it is ********!'],
    ['it is hun\r\nter22!', 'it is ********!'],
    [String.raw`a\\\"&\u003c'b`, '********'],
    ['a&#34;&amp;&lt;%27b', '********'],
    ['A%22&%3C%27b a"&<', '******** a"&<'],
  ])('%j', (said, shown) => {
    expect(written(said)).toBe(shown);
  });

  it('private keys, whole or cut off', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIabc+/=\n';
    expect(written(`a ${key}-----END PRIVATE KEY----- b ${key}`)).toBe('a ******** b ********');
    expect(written(`${key}, then: "words" [1]`)).not.toContain('MII');
    expect(written(`${key}"words"`)).toBe('********"words"');
    expect(written('-----BEGIN CERTIFICATE-----\nMIIabc')).toContain('MIIabc');
  });

  it('by the names of keys, too', () => {
    expect(
      JSON.parse(json('{"token":"x","password":{"env":"X"},"tokens":[],"a":["hunter22"]}')),
    ).toEqual({
      token: '********',
      password: { env: 'X' },
      tokens: [],
      a: ['********'],
    });
  });

  it('in time linear in the text, whatever it is', () => {
    const before = process.cpuUsage();
    for (const piece of [
      'a',
      '-----BEGIN PRIVATE KEY-----',
      '-----BEGIN A PRIVATE KEY-----x!',
      'eyJ',
      'eyJ-',
      'eyJaaaaaaaa-',
      'eyJa.',
      '://',
      'bearer ',
      'password',
      'x:@',
      'hunter2',
    ])
      text(piece.repeat(1_000_000 / piece.length));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(8000);
  });
});
