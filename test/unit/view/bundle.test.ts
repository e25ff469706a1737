import { expect, it } from 'vitest';
import { bundleText } from '../../../src/view/index.js';

it('bundleText says what is in it, what is not, and what to look at', () => {
  const missing = ['a', 'b', 'c'].map((vm) => ({
    path: `consoles/${vm}.log`,
    what: 'what a VM said',
    why: 'there is no log',
  }));
  const text = bundleText(
    {
      file: 'x.tar.gz',
      bytes: 1536 * 1024,
      parts: ['fleet.yaml', 'nodes/a.json', 'nodes/b.json', 'README.md'].map((path) => ({
        path,
        what: '',
        bytes: 1,
      })),
      missing: [...missing, { path: 'plan.json', what: 'the plan', why: 'no libvirt' }],
      warnings: ['the password could not be read\u0007'],
    },
    { colour: false, columns: 80 },
  );
  expect(text).toBe(`Missing: consoles/a.log and 2 more, what a VM said: there is no log
Missing: plan.json, the plan: no libvirt
Warning: the password could not be read\\x07
Secrets were taken out as far as they can be told. Look through it before you send it to others.
Wrote x.tar.gz (1.5 MiB, for you alone to read): fleet.yaml, nodes/ (2 files), README.md.
`);
});
