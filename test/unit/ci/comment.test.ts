/** A plan becomes one comment of the request, on GitHub and on GitLab (`ci/comment.js`). */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const SCRIPT = join(import.meta.dirname, '../../../ci/comment.js');
interface Comment {
  id: number;
  body: string;
  /** GitHub's name for who wrote it, and GitLab's. */
  user?: { login: string; type: string };
  author?: { id: number };
}
/** Who has the token. */
const ME = { user: { login: 'github-actions[bot]', type: 'Bot' }, author: { id: 7 } };
const SOMEBODY = { user: { login: 'github-actions', type: 'User' }, author: { id: 8 } };

/** A forge's API, as far as comments go; it holds them in memory. */
class Forge {
  comments: Comment[] = [];
  calls: string[] = [];
  me = 'github-actions[bot]';
  /** What it answers everything with, instead. */
  refuses: number | null = null;
  readonly #server = createServer((request, response) => {
    void (async () => {
      const { method = '', url = '', headers } = request;
      this.calls.push(
        `${method} ${url} ${String(headers.authorization ?? headers['private-token'])}`,
      );
      const answer = (status: number, body: unknown): void => {
        response.writeHead(status).end(JSON.stringify(body));
      };
      if (this.refuses !== null) {
        answer(this.refuses, {});
        return;
      }
      if (url === '/graphql') {
        answer(200, { data: { viewer: { login: this.me } } });
        return;
      }
      if (url === '/user') {
        answer(200, ME.author);
        return;
      }
      const page = Number(new URL(url, 'http://x').searchParams.get('page'));
      if (method === 'GET') {
        answer(200, this.comments.slice((page - 1) * 100, page * 100));
        return;
      }
      const { body } = (await json(request)) as Comment;
      const id = method === 'POST' ? this.comments.length + 1 : Number(url.split('/').at(-1));
      this.comments[id - 1] = { id, body, ...ME };
      answer(200, this.comments[id - 1]);
    })();
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

let forge: Forge;
let address: string;
let dir: string;
beforeEach(async () => {
  forge = new Forge();
  address = await forge.listen();
  dir = mkdtempSync(join(tmpdir(), 'ven-comment-'));
});
afterEach(() => {
  forge.close();
  rmSync(dir, { recursive: true });
});

const github = (event: unknown): Record<string, string> => {
  writeFileSync(join(dir, 'event.json'), JSON.stringify(event));
  return {
    GITHUB_EVENT_PATH: join(dir, 'event.json'),
    GITHUB_API_URL: address,
    GITHUB_GRAPHQL_URL: `${address}/graphql`,
    GITHUB_REPOSITORY: 'us/lab',
    GITHUB_TOKEN: 'secret',
  };
};
const PULL = { pull_request: { number: 7 } };
const gitlab = (): Record<string, string> => ({
  CI_API_V4_URL: address,
  CI_PROJECT_ID: '12',
  CI_MERGE_REQUEST_IID: '3',
  VEN_GITLAB_TOKEN: 'secret',
});

async function comment(text: string, env: Record<string, string>): Promise<number> {
  const file = join(dir, 'plan.md');
  writeFileSync(file, text);
  const args = [SCRIPT, file, 'fleet.yaml'];
  const child = spawn(process.execPath, args, { env, stdio: 'ignore' });
  return await new Promise((resolve) => child.on('close', (code) => resolve(code ?? -1)));
}

describe.each([
  ['GitHub', () => github(PULL), '/repos/us/lab/issues/7/comments', 'Bearer secret'],
  ['GitLab', gitlab, '/projects/12/merge_requests/3/notes', 'secret'],
])('on %s', (_, env, all, token) => {
  it('the first plan is a new comment, the next one takes its place', async () => {
    forge.comments = [{ id: 1, body: 'a person: nice' }];
    expect(await comment('one', env())).toBe(0);
    expect(await comment('two', env())).toBe(0);
    const marker = '<!-- ven plan: fleet.yaml -->';
    expect(forge.comments.map(({ body }) => body)).toEqual(['a person: nice', `two\n${marker}\n`]);
    expect(forge.calls[1]).toBe(`GET ${all}?per_page=100&page=1 ${token}`);
    expect(forge.calls[2]).toBe(`POST ${all} ${token}`);
  });

  it('an earlier one on a later page is found', async () => {
    forge.comments = Array.from({ length: 150 }, (_one, at) => ({ id: at + 1, body: `${at}` }));
    forge.comments[120] = { id: 121, body: 'old <!-- ven plan: fleet.yaml -->', ...ME };
    expect(await comment('new', env())).toBe(0);
    expect(forge.comments).toHaveLength(150);
    expect(forge.comments[120]?.body).toMatch(/^new\n/);
  });

  it("somebody else's comment stays, though it quotes ours", async () => {
    const quote = { id: 1, body: 'look: <!-- ven plan: fleet.yaml -->', ...SOMEBODY };
    forge.comments = [quote];
    expect(await comment('one', env())).toBe(0);
    expect(await comment('two', env())).toBe(0);
    expect(forge.comments).toHaveLength(2);
    expect(forge.comments[0]).toEqual(quote);
    expect(forge.comments[1]?.body).toMatch(/^two\n/);
  });

  it('a token without the right: it ends with 1', async () => {
    forge.refuses = 403;
    expect(await comment('one', env())).toBe(1);
  });
});

it('an app is the same as the bot that its comments are from', async () => {
  forge.me = 'github-actions';
  expect(await comment('one', github(PULL))).toBe(0);
  expect(await comment('two', github(PULL))).toBe(0);
  expect(forge.comments).toHaveLength(1);
});

it('nothing happens where there is no request', async () => {
  expect(await comment('one', github({ ref: 'refs/heads/main' }))).toBe(0);
  const branch = { ...gitlab(), CI_MERGE_REQUEST_IID: '' };
  expect(await comment('one', branch)).toBe(0);
  expect(forge.calls).toEqual([]);
});
