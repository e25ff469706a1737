import { commit, nodeKind, json, VenCommand, stdout, type About } from '../cli/index.js';
import { versionJson, versionText } from '../view/index.js';

export default class Version extends VenCommand {
  static override about: About = { group: 'Others', uses: [] };
  static override summary = 'Show the version of ven, and what it runs on.';
  static override description =
    'ven --version prints the version alone. ven doctor shows the versions of libvirt and vagrant.';
  static override usage = '[FLAGS]';
  static override examples = ['$ ven version', '$ ven version --json'];
  static override flags = { json: json('the version') };

  async run(): Promise<void> {
    const { flags } = await this.parse(Version);
    const versions = {
      version: this.config.version,
      commit: commit(),
      node: { version: process.version, path: process.execPath, kind: nodeKind(process.execPath) },
      platform: { os: process.platform, arch: process.arch },
    };
    stdout(flags.json ? versionJson(versions) : versionText(versions));
  }
}
