/** Fetches images for virtual drives, over HTTP and over HTTPS that is verified. */
import { lookup } from 'node:dns';
import { closeSync, fstatSync, write } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { getCACertificates } from 'node:tls';
import { promisify } from 'node:util';
import { shownUrl, VenError, type NewMedia } from '../../model/index.js';
import type { Env } from '../exec.js';
import { unlinkedFile } from '../state/temporary.js';
import type { FetchedImage } from './acts.js';

const REDIRECTS = 5;
/** Without a byte. */
const SILENCE_MS = 30_000;
/** No image of a disc is larger. */
const MOST_BYTES = 64 * 1024 ** 3;

/** Services of clouds and of the link give secrets there to whoever asks from this machine. */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16);
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

interface FetchOptions {
  signal?: AbortSignal | undefined;
  mostBytes?: number;
  /** Node's `dns.lookup`; tests give another one. */
  resolve?: typeof lookup;
}

/**
 * Into a file without a name, in `/var/tmp` unless TMPDIR says otherwise: images are large.
 * @throws VenError `media-unreachable`, `interrupted`
 */
export async function fetchImage(
  env: Env,
  { image, credentials }: NewMedia,
  { signal, mostBytes = MOST_BYTES, resolve = lookup }: FetchOptions = {},
): Promise<FetchedImage> {
  let url = parsed(image);
  const first = url.origin;
  const fd = unlinkedFile('', { ...env, TMPDIR: env['TMPDIR'] ?? '/var/tmp' });
  try {
    for (let hops = 0; ; hops += 1) {
      // The password is for the server that the client named.
      const answer = await ask(url, url.origin === first ? credentials : undefined, {
        signal,
        resolve,
      });
      const { statusCode = 0, headers } = answer;
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        answer.destroy();
        if (hops === REDIRECTS) throw unreachable(image, `more than ${REDIRECTS} redirects`);
        if (!URL.canParse(headers.location, url.href))
          throw unreachable(image, 'the server redirects to what is no URL');
        url = parsed(new URL(headers.location, url).href);
        continue;
      }
      if (statusCode !== 200) {
        answer.destroy();
        throw unreachable(image, `the server answers ${statusCode}`);
      }
      const tooLarge = unreachable(image, `it has more than ${mostBytes} bytes`);
      if (Number(headers['content-length'] ?? 0) > mostBytes) {
        answer.destroy();
        throw tooLarge;
      }
      let count = 0;
      for await (const chunk of answer as AsyncIterable<Uint8Array>) {
        count += chunk.length;
        if (count > mostBytes) throw tooLarge;
        await writeAll(fd, chunk);
      }
      const bytes = fstatSync(fd).size;
      const promised = Number(headers['content-length'] ?? bytes);
      if (bytes === 0 || bytes !== promised)
        throw unreachable(image, `${bytes} of ${promised} bytes came`);
      return {
        fd,
        bytes,
        close: () => {
          closeSync(fd);
        },
      };
    }
  } catch (error) {
    closeSync(fd);
    if (signal?.aborted === true)
      throw new VenError('interrupted', { summary: 'Interrupted while an image was fetched' });
    throw error instanceof VenError ? error : unreachable(image, wordsOf(error), error);
  }
}

/** A stream that is destroyed closes its file, which is not its own here. */
async function writeAll(fd: number, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.length;)
    at += (await promisify(write)(fd, chunk, at, chunk.length - at, null)).bytesWritten;
}

function parsed(image: string): URL {
  const url = URL.canParse(image) ? new URL(image) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  throw unreachable(image, 'it is no http: or https: URL');
}

async function ask(
  url: URL,
  credentials: NewMedia['credentials'],
  { signal, resolve: names }: { signal: AbortSignal | undefined; resolve: typeof lookup },
): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  // An address that is written out is not looked up.
  const address = url.hostname.replace(/^\[|\]$/g, '');
  if (isLinkLocal(address)) throw linkLocal();
  const options = {
    ...(signal && { signal }),
    ...(credentials && { auth: `${credentials.username}:${credentials.password}` }),
    ...(secure && { ca: [...getCACertificates('default'), ...getCACertificates('system')] }),
    lookup: lookupElsewhere(names),
    headers: { 'user-agent': 'ven', 'accept-encoding': 'identity' },
  };
  // Only here: they cost each start of ven 40 ms, since a module that imports node:http gets all of
  // its exports read, and WebSocket among them loads undici.
  const { request } = await (secure ? import('node:https') : import('node:http'));
  return new Promise((resolve, reject) => {
    const asked = request(url, options, resolve);
    asked.setTimeout(SILENCE_MS, () => {
      asked.destroy(new Error('the server says nothing for 30 s'));
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** The address that is asked is the one that was checked. */
const lookupElsewhere =
  (resolve: typeof lookup): LookupFunction =>
  (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, all) => {
      const [first] = all ?? [];
      if (error !== null || !first) done(error ?? new Error(`${hostname} has no address`), '');
      else if (all.some(({ address }) => isLinkLocal(address))) done(linkLocal(), '');
      else if (options.all === true) done(null, all);
      else done(null, first.address, first.family);
    });
  };

function isLinkLocal(address: string): boolean {
  const family = isIP(address.split('%')[0] ?? '');
  return (
    family !== 0 && LINK_LOCAL.check(address.split('%')[0] ?? '', family === 6 ? 'ipv6' : 'ipv4')
  );
}

function linkLocal(): Error {
  return new Error('link-local addresses are not asked');
}

function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return message !== '' ? message : (code ?? 'an unknown error');
}

function unreachable(image: string, why: string, cause?: unknown): VenError {
  return new VenError('media-unreachable', {
    summary: `${shownUrl(image)} can't be fetched: ${why}`,
    hint: 'Fetch it on the machine that runs the BMC: curl -fI URL',
    cause,
  });
}
