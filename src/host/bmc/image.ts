/** Fetches images for virtual drives, over HTTP and over HTTPS that is verified. */
import { closeSync, createWriteStream, fstatSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { getCACertificates } from 'node:tls';
import { VenError, type NewMedia } from '../../model/index.js';
import type { Env } from '../exec.js';
import { unlinkedFile } from '../state/temporary.js';
import type { FetchedImage } from './machines.js';

const REDIRECTS = 5;
/** Without a byte. */
const SILENCE_MS = 30_000;

/**
 * Into a file without a name, in `/var/tmp` unless TMPDIR says otherwise: images are large.
 * @throws VenError `media-unreachable`, `interrupted`
 */
export async function fetchImage(
  env: Env,
  { image, credentials }: NewMedia,
  signal?: AbortSignal,
): Promise<FetchedImage> {
  let url = parsed(image);
  const first = url.origin;
  const fd = unlinkedFile('', { ...env, TMPDIR: env['TMPDIR'] ?? '/var/tmp' });
  try {
    for (let hops = 0; ; hops += 1) {
      // The password is for the server that the client named.
      const answer = await ask(url, url.origin === first ? credentials : undefined, signal);
      const { statusCode = 0, headers } = answer;
      if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
        answer.resume();
        if (hops === REDIRECTS) throw unreachable(image, `more than ${REDIRECTS} redirects`);
        url = parsed(new URL(headers.location, url).href);
        continue;
      }
      if (statusCode !== 200) {
        answer.resume();
        throw unreachable(image, `the server answers ${statusCode}`);
      }
      await pipeline(answer, createWriteStream('', { fd, autoClose: false }), { signal });
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

function parsed(image: string): URL {
  const url = URL.canParse(image) ? new URL(image) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '') return url;
  throw unreachable(image, 'it is no http: or https: URL');
}

function ask(
  url: URL,
  credentials: NewMedia['credentials'],
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const secure = url.protocol === 'https:';
  const options = {
    ...(signal && { signal }),
    ...(credentials && { auth: `${credentials.username}:${credentials.password}` }),
    ...(secure && { ca: [...getCACertificates('default'), ...getCACertificates('system')] }),
    headers: { 'user-agent': 'ven', 'accept-encoding': 'identity' },
  };
  return new Promise((resolve, reject) => {
    const asked = (secure ? httpsRequest : httpRequest)(url, options, resolve);
    asked.setTimeout(SILENCE_MS, () => {
      asked.destroy(new Error('the server says nothing for 30 s'));
    });
    asked.on('error', reject);
    asked.end();
  });
}

function wordsOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return message !== '' ? message : (code ?? 'an unknown error');
}

/** A URL may have a password in it. */
function unreachable(image: string, why: string, cause?: unknown): VenError {
  const shown = image.replace(/\/\/[^/?#]*@/, '//');
  return new VenError('media-unreachable', {
    summary: `${shown} can't be fetched: ${why}`,
    hint: 'Fetch it on the machine that runs the BMC: curl -fI URL',
    cause,
  });
}
