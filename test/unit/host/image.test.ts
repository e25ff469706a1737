/** Images for virtual drives, from a server on loopback. */
import type { lookup } from 'node:dns';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { fetchImage } from '../../../src/host/bmc/image.js';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const made = createServer(listener);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}`;
}

it('fetches an image of the largest size, and none that is larger', async () => {
  const url = await serve((request, response) => {
    // Without Content-Length it is counted as it comes.
    if (request.url === '/counted') response.write('12345');
    response.end(request.url === '/counted' ? '6789' : '123456789');
  });
  const image = await fetchImage({}, { image: `${url}/told` }, { mostBytes: 9 });
  expect(readFileSync(`/proc/self/fd/${image.fd}`, 'utf8')).toBe('123456789');
  image.close();
  for (const path of ['told', 'counted'])
    await expect(
      fetchImage({}, { image: `${url}/${path}` }, { mostBytes: 8 }),
    ).rejects.toMatchObject({
      code: 'media-unreachable',
      summary: `${url}/${path} can't be fetched: it has more than 8 bytes`,
    });
});

it('asks no link-local address, at no hop', async () => {
  const url = await serve((_, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
  });
  const refused = { summary: /can't be fetched: link-local addresses are not asked$/ };
  for (const image of [url, 'http://[fe80::1]/', 'http://0xa9fea9fe/', 'http://[::ffff:a9fe:1]/'])
    await expect(fetchImage({}, { image })).rejects.toMatchObject(refused);
});

it('asks no name that leads to one, and goes to the address that was checked', async () => {
  const { port } = new URL(await serve((_, response) => response.end('an image')));
  const named = (...addresses: string[]) =>
    vi.fn((_name: string, _options: unknown, done: (error: null, all: object[]) => void) => {
      done(
        null,
        addresses.map((address) => ({ address, family: 4 })),
      );
    }) as unknown as typeof lookup;
  const image = `http://images.example:${port}/a.iso`;
  await expect(
    fetchImage({}, { image }, { resolve: named('127.0.0.1', '169.254.169.254') }),
  ).rejects.toMatchObject({
    summary: expect.stringMatching(/link-local addresses are not asked$/) as string,
  });
  const fetched = await fetchImage({}, { image }, { resolve: named('127.0.0.1') });
  expect(readFileSync(`/proc/self/fd/${fetched.fd}`, 'utf8')).toBe('an image');
  fetched.close();
});

it('shows nothing of a URL that may be secret, and leaves an endless error', async () => {
  const url = await serve((_, response) => {
    response.writeHead(404).write('x');
  });
  const image = `${url.replace('//', '//user:canary@')}/a.iso?token=canary#canary`;
  await expect(fetchImage({}, { image })).rejects.toMatchObject({
    summary: `${url}/a.iso can't be fetched: the server answers 404`,
  });
});
