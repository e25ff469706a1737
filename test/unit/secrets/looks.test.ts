import { describe, expect, it } from 'vitest';
import { snippetOf } from '../../../src/orchestrator/snippet.js';
import { MASK, maskTokens } from '../../../src/secrets/index.js';
import { cpuMs } from '../cpu.js';

describe('tokens in a text', () => {
  it.each([
    ['got eyJhbGci.eyJzdWI.c2ln-_1, no', 'got [t], no'],
    ['x-eyJhbGci.eyJzdWI.c2ln.', 'x-[t].'],
    ['eyJhbGci.eyJzdWI.', '[t]'],
    ['eyJhbGci.eyJzdWI', '[t]'],
    ['host.example.eyJhbGci.eyJzdWI.c2ln.example', 'host.example.[t].example'],
    ['eyJa.b.c.eyJa.b.c', '[t].[t]'],
    ['eyJhbGci alone, keyJx.y, 1.2.3 and ...', 'eyJhbGci alone, keyJx.y, 1.2.3 and ...'],
  ])('%j', (text, shown) => {
    expect(maskTokens(text)).toBe(shown.replaceAll('[t]', MASK));
  });

  it.each(['eyJ-', 'eyJa.', 'eyJ.', '-eyJaaa', 'token', 'password_', 'a.', '.', 'bearer  '])(
    '%s, over and over, takes no time',
    (piece) => {
      const text = piece.repeat(400_000 / piece.length);
      const took = cpuMs(() => {
        maskTokens(text);
        snippetOf(text, ['hunter22']);
      });
      expect(took).toBeLessThan(2000);
    },
  );
});
