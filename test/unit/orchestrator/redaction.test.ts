import { describe, expect, it } from 'vitest';
import { withoutTokens } from '../../../src/orchestrator/index.js';
import { snippetOf } from '../../../src/orchestrator/redaction.js';
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
    expect(withoutTokens(text, '[t]')).toBe(shown);
  });

  it.each(['eyJ-', 'eyJa.', 'eyJ.', '-eyJaaa', 'token', 'password_', 'a.', '.', 'bearer  '])(
    '%s, over and over, takes no time',
    (piece) => {
      const text = piece.repeat(400_000 / piece.length);
      const took = cpuMs(() => {
        withoutTokens(text, '[t]');
        snippetOf(text, ['hunter22']);
      });
      expect(took).toBeLessThan(2000);
    },
  );
});
