import { expect, it } from 'vitest';
import { readRecording, replayingApi } from '../../kubevirt/api.js';
import { scenario } from '../../kubevirt/scenario.js';

/** The client library is large, and is loaded file by file here. */
const LOADING_MS = 120_000;

it("a fleet's life, against what a real API server answered", { timeout: LOADING_MS }, async () => {
  const api = await replayingApi(readRecording());
  try {
    await scenario(api.kubeconfig, () => Promise.resolve());
  } finally {
    await api.close();
  }
});

it('what was recorded was all asked of a real server', () => {
  const codes = new Set(readRecording().map(({ code }) => code));
  expect([...codes].sort()).toEqual([200, 201, 404]);
});
