import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { VenError, type SecretReference } from '../../../src/model/index.js';
import { readSecret } from '../../../src/host/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ven-secret-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const CANARY = 'c4n4ry-Ω';

const file = (content: string | Uint8Array, mode = 0o600): SecretReference => {
  writeFileSync(join(folder, 'secret'), content);
  chmodSync(join(folder, 'secret'), mode);
  return { file: 'secret' };
};
const read = (reference: SecretReference, env: Record<string, string> = {}): string =>
  readSecret(reference, { env, folder });
const failure = (reference: SecretReference, env: Record<string, string> = {}): VenError => {
  try {
    read(reference, env);
  } catch (error) {
    if (error instanceof VenError) return error;
  }
  throw new Error('it was read');
};

describe('a secret', () => {
  it('comes from a variable as it is, from a file without the end of its line', () => {
    expect(read({ env: 'S' }, { S: ` ${CANARY} ` })).toBe(` ${CANARY} `);
    expect(read(file(CANARY))).toBe(CANARY);
    expect(read(file(`${CANARY}\n`))).toBe(CANARY);
    expect(read(file(`${CANARY} \r\n`, 0o400))).toBe(`${CANARY} `);
    expect(read({ file: join(folder, 'secret') })).toBe(`${CANARY} `);
  });

  it.each([0o640, 0o604, 0o660, 0o620, 0o601, 0o644])(
    'in a file of mode %o is refused, and the hint mends it',
    (mode) => {
      const error = failure(file(CANARY, mode));
      expect(error).toMatchObject({
        code: 'usage',
        hint: `Make it readable for you only: chmod 600 ${join(folder, 'secret')}`,
      });
      expect(error.summary).toContain(`mode 0${mode.toString(8)}`);
    },
  );

  it('that is not there is told plainly', () => {
    expect(failure({ env: 'S' }).summary).toBe('The environment variable S is not set');
    expect(failure({ env: 'S' }).hint).toBe(
      'Set it in this shell, without echo: read -rs S && export S',
    );
    expect(failure({ env: 'S' }, { S: '' }).summary).toBe('The environment variable S is empty');
    expect(failure({ file: 'none' })).toMatchObject({
      code: 'not-found',
      summary: `There is no file ${join(folder, 'none')}`,
    });
    expect(failure(file('')).summary).toContain('is empty');
    expect(failure(file('\n')).summary).toContain('is empty');
    mkdirSync(join(folder, 'dir'));
    expect(failure({ file: 'dir' }).summary).toContain('is a folder');
  });

  it('is one line of text, and stands in no error', () => {
    const errors = [
      failure(file(`${CANARY}\n${CANARY}\n`)),
      failure({ env: 'S' }, { S: `${CANARY}\u0000` }),
      failure(file(Buffer.concat([Buffer.from(CANARY), Buffer.from([0xff])]))),
      failure(file(CANARY.repeat(10_000))),
    ];
    for (const { summary, detail, hint, stack } of errors)
      expect([summary, detail, hint, stack].join()).not.toContain(CANARY);
    expect(errors.map(({ summary }) => /one line|UTF-8|too large/.exec(summary)?.[0])).toEqual([
      'one line',
      'one line',
      'UTF-8',
      'too large',
    ]);
  });
});
