// Makes a file the comment of the pull request (GitHub) or merge request (GitLab) that a pipeline
// runs for: node comment.js FILE NAME. It replaces the one of the same NAME that the same token
// wrote. Nothing happens where there is no such request. Needs a token: GITHUB_TOKEN, or
// VEN_GITLAB_TOKEN (scope `api`).
import { readFileSync } from 'node:fs';

const PAGES = 20;
const { env } = process;
const [file, name] = process.argv.slice(2);
const marker = `<!-- ven plan: ${name} -->`;
const body = `${readFileSync(file, 'utf8')}\n${marker}\n`;

const place = github() ?? gitlab();
if (place) await put(place);

/** Where comments are read and added, where one of them is changed, and whose token it is. */
function github() {
  if (!env.GITHUB_EVENT_PATH) return null;
  const number = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, 'utf8')).pull_request?.number;
  if (number === undefined) return null;
  const issues = `${env.GITHUB_API_URL}/repos/${env.GITHUB_REPOSITORY}/issues`;
  return {
    all: `${issues}/${number}/comments`,
    one: (id) => `${issues}/comments/${id}`,
    change: 'PATCH',
    // A job's own token may not ask for `/user`. This names an app without what its login ends in.
    me: async (ask) => {
      const answer = await ask(env.GITHUB_GRAPHQL_URL, 'POST', { query: '{ viewer { login } }' });
      const { login } = answer.data.viewer;
      return ({ user }) =>
        user?.login === login || (user?.type === 'Bot' && user.login === `${login}[bot]`);
    },
    headers: {
      authorization: `Bearer ${env.GITHUB_TOKEN}`,
      accept: 'application/vnd.github+json',
    },
  };
}

function gitlab() {
  if (!env.CI_MERGE_REQUEST_IID || !env.VEN_GITLAB_TOKEN) return null;
  const notes =
    `${env.CI_API_V4_URL}/projects/${env.CI_PROJECT_ID}` +
    `/merge_requests/${env.CI_MERGE_REQUEST_IID}/notes`;
  return {
    all: notes,
    one: (id) => `${notes}/${id}`,
    change: 'PUT',
    me: async (ask) => {
      const { id } = await ask(`${env.CI_API_V4_URL}/user`, 'GET');
      return ({ author }) => author?.id === id;
    },
    headers: { 'private-token': env.VEN_GITLAB_TOKEN },
  };
}

async function put({ all, one, change, me, headers }) {
  const ask = async (url, method, content) => {
    const answer = await fetch(url, {
      method,
      headers: { ...headers, ...(content && { 'content-type': 'application/json' }) },
      body: content && JSON.stringify(content),
      signal: AbortSignal.timeout(60_000),
    });
    if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${answer.statusText}`);
    return await answer.json();
  };
  const mine = await me(ask);
  for (let page = 1; page <= PAGES; page++) {
    const comments = await ask(`${all}?per_page=100&page=${page}`, 'GET');
    const earlier = comments.find((each) => each.body?.includes(marker) && mine(each));
    if (earlier) return await ask(one(earlier.id), change, { body });
    if (comments.length < 100) break;
  }
  return await ask(all, 'POST', { body });
}
