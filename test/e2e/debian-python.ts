/**
 * Python programs of Debian for a test: apt downloads (and verifies) the packages, dpkg-deb unpacks
 * them. Nothing is installed, no daemon starts.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../stand-in/run.ts';

/** Debian's own: its packages are made for it. */
const PYTHON = '/usr/bin/python3';

export class DebianPython {
  readonly #modules: string;

  private constructor(root: string) {
    this.#modules = join(root, 'usr/lib/python3/dist-packages');
  }

  /** With these packages, and all that they need and this machine has not; in a folder of `dir`. */
  static async with(packages: readonly string[], dir: string): Promise<DebianPython> {
    const [root, archives] = [join(dir, 'python'), join(dir, 'archives')];
    mkdirSync(join(archives, 'partial'), { recursive: true });
    const download = ['install', '-y', '-qq', '--no-install-recommends', '--download-only'];
    // The package database is only read, and apt's own user may not write here.
    const options = ['APT::Sandbox::User=root', `Dir::Cache::archives=${archives}`];
    const words = ['Debug::NoLocking=1', ...options].flatMap((option) => ['-o', option]);
    try {
      await run('apt-get', [...download, ...words, ...packages]);
    } catch {
      await run('apt-get', ['update', '-qq']);
      await run('apt-get', [...download, ...words, ...packages]);
    }
    for (const file of readdirSync(archives).filter((name) => name.endsWith('.deb')))
      await run('dpkg-deb', ['-x', join(archives, file), root]);
    return new DebianPython(root);
  }

  start(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const own = { ...process.env };
    // In Python's requests these two win against the certificate that a client is given.
    for (const name of ['REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE']) delete own[name];
    return spawn(PYTHON, args, {
      env: { ...own, PYTHONPATH: this.#modules, PYTHONDONTWRITEBYTECODE: '1', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  }

  /** Runs it to its end, and gives what it printed. */
  async run(args: string[]): Promise<string> {
    const child = this.start(args);
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`python3 ${args.join(' ')}: exit ${String(code)}\n${stderr}`);
    return stdout;
  }
}
