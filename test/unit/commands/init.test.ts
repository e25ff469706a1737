/** The file that `ven init` writes is right with all that is commented out in it, too. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadFleet } from '../../../src/config/index.js';
import { ROOT } from './built.js';

it('init.fleet.yaml, uncommented', () => {
  const commented = readFileSync(join(ROOT, 'templates/init.fleet.yaml'), 'utf8');
  // What begins with a key; the rest is words.
  const all = commented.replaceAll(/^( *)# ( *\w+:)/gm, '$1$2');
  expect(all).toMatch(/^orchestrator:\n {2}domain: /m);
  expect(all).toMatch(/^ {4}protect: /m);
  const certificate = readFileSync(join(ROOT, 'test/unit/efi/certificates/root.pem'), 'utf8');
  const surroundings = { readFile: () => certificate, now: new Date('2026-06-01') };
  const { orchestrator, vms } = loadFleet(all, { file: 'fleet.yaml', surroundings });
  expect(orchestrator).toMatchObject({
    onboarding: 'interactive',
    credentials: { password: { env: 'ONBOARDING_PASSWORD' } },
  });
  expect(vms).toHaveLength(2);
});
