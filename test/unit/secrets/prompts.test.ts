/** What follows a secret prompt on its line, however the prompt's pattern is written. */
import { describe, expect, it } from 'vitest';
import { loadProfile } from '../../../src/config/index.js';
import { createMasker } from '../../../src/secrets/index.js';
import { cpuMs } from '../cpu.js';

const TEXT =
  'apiVersion: ven/v1\n' +
  'profile: mine\n' +
  'stages:\n' +
  '  - { name: first, timeout: 10s }\n' +
  '  - { name: ready, enter: [{ console: done }] }\n';
const profile = loadProfile(TEXT, 'p.yaml');

const masker = (...prompts: string[]): ReturnType<typeof createMasker> => {
  const send = { kind: 'credential', credential: 'password' } as const;
  const answers = prompts.map((prompt) => ({ prompt, send, secret: true, atMost: 1 }));
  return createMasker([], {
    ...profile,
    stages: profile.stages.map((stage) => ({ ...stage, answers })),
  });
};

describe('what follows a secret prompt', () => {
  it.each([
    ['^Password:$|^PIN:$', 'Password: hunter2', 'Password: ********'],
    ['^Password:$|^PIN:$', '\u0007x PIN: 1234', '\u0007x PIN: ********'],
    ['(?:^|\\] )(?:Password:$|PIN: ?$)', 'PIN: 1234', 'PIN: ********'],
    ['Password:(?=\\s*$)', 'Password: hunter2', 'Password: ********'],
    ['Password:(?!.|$)|PIN:(?! |$)', 'PIN:1234', 'PIN:********'],
    ['Pass[\\]^$]\\$:$', 'Pass^$: hunter2', 'Pass^$: ********'],
    ['Password:\\s*$', 'Password:   hunter2 ', 'Password:   ********'],
  ])('%s in %j', (prompt, line, shown) => {
    expect(masker(prompt)(line)).toBe(shown);
  });

  it('far along a line, too, in time linear in its length', () => {
    const mask = masker('Password:$', 'a*a{0,3}b$');
    expect(mask(`${'x'.repeat(1020)}Password: hunter2`)).toBe(
      `${'x'.repeat(1020)}Password: ********`,
    );
    expect(cpuMs(() => mask('a'.repeat(8192)))).toBeLessThan(4000);
  });
});
