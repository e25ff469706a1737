/** `ven bmc serve` of a lab, as a client meets it; and a place on the web for images. */
import { createReadStream } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Lab, Running } from './lab.js';
import type { Service } from './sushy.js';

export const LOGIN = { username: 'admin', password: 'not-a-real-password' };
/** What a lab's `env` has for it. */
export const LOGIN_ENV = { BMC_USERNAME: LOGIN.username, BMC_PASSWORD: LOGIN.password };
/** For a fleet file. */
export const BMC =
  'bmc: { type: redfish, ' +
  'credentials: { username: { env: BMC_USERNAME }, password: { env: BMC_PASSWORD } } }';

export class RunningBmc implements Service {
  readonly username = LOGIN.username;
  readonly password = LOGIN.password;
  readonly url: string;
  readonly ca: string;
  readonly #running: Running;

  private constructor(running: Running, url: string, ca: string) {
    this.#running = running;
    this.url = url;
    this.ca = ca;
  }

  /** Resolves when it is ready. */
  static async of(lab: Lab): Promise<RunningBmc> {
    const running = lab.start('bmc', 'serve', '--json');
    const events: { type: string; url?: string; certificate?: string }[] = [];
    const ready = new Promise<void>((resolve) => {
      let text = '';
      running.child.stdout?.on('data', (piece: string) => {
        const lines = `${text}${piece}`.split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) events.push(JSON.parse(line) as (typeof events)[number]);
        if (events.some(({ type }) => type === 'ready')) resolve();
      });
    });
    const ended = running.ended.then(({ code, stderr }) => {
      throw new Error(`ven bmc serve: exit ${String(code)}\n${stderr}`);
    });
    await Promise.race([ready, ended]);
    ended.catch(() => undefined);
    const { url = '', certificate = '' } = events.find(({ type }) => type === 'listening') ?? {};
    return new RunningBmc(running, url, certificate);
  }

  /** `SIGKILL`: as a crash; `SIGTERM`: as a service is stopped. Gives how it ended. */
  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    this.#running.child.kill(signal);
    return (await this.#running.ended).code;
  }
}

/** Hands out one file; can stop halfway. */
export class ImageServer {
  readonly #server: Server;
  /** How many bytes of it are sent before the rest waits for ever. */
  stallsAfter = Infinity;
  requests = 0;

  private constructor(file: string) {
    this.#server = createServer((_, response) => {
      this.requests += 1;
      const end = this.stallsAfter === Infinity ? Infinity : this.stallsAfter - 1;
      createReadStream(file, { end }).pipe(response, { end: end === Infinity });
    });
  }

  static async of(file: string): Promise<ImageServer> {
    const server = new ImageServer(file);
    server.#server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.#server.once('listening', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/boot.iso`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
