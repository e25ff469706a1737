/** One change of a domain at a time. */
import { expect, it } from 'vitest';
import { holdDomain } from '../../../src/host/state/domain-lock.js';

const URI = 'qemu:///system';
const uuid = (name: string): string => `${name}-${process.pid}`;
const held = <T>(name: string, work: () => Promise<T>, waitMs = 5000): Promise<T> =>
  holdDomain({ uri: URI, uuid: uuid(name), waitMs }, work);
const nothing = () => Promise.resolve();

it('lets one after the other change a domain, and others at once', async () => {
  let at = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    at += 1;
    most = Math.max(most, at);
    await new Promise((resolve) => setTimeout(resolve, 10));
    at -= 1;
  };
  await Promise.all(Array.from({ length: 5 }, () => held('a', work)));
  expect(most).toBe(1);
  await held('a', () => held('b', nothing));
});

it('gives up after a time, and is free after a failure', async () => {
  await held('c', async () => {
    await expect(held('c', nothing, 50)).rejects.toMatchObject({ code: 'locked' });
  });
  await expect(held('c', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await held('c', () => Promise.resolve(3), 0)).toBe(3);
});

it('knows a domain of this machine by any of its URIs', async () => {
  await held('d', async () => {
    const other = { uri: 'qemu+unix:///system', uuid: uuid('d'), waitMs: 0 };
    await expect(holdDomain(other, nothing)).rejects.toMatchObject({ code: 'locked' });
  });
});
