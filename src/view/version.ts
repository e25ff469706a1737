import { jsonText } from './text/json.js';

export interface ShownVersion {
  version: string;
  /** null: not known. */
  commit: string | null;
  node: { version: string; path: string; kind: 'bundled' | 'system' };
  /** As Node names them: `linux`, `x64`. */
  platform: { os: string; arch: string };
}

export function versionText({ version, commit, node, platform }: ShownVersion): string {
  const from = commit === null ? '' : ` (commit ${commit})`;
  const kind = node.kind === 'bundled' ? 'came with ven' : "the system's";
  return [
    `ven ${version}${from}`,
    `node ${node.version.replace(/^v/, '')} (${kind}: ${node.path})`,
    `${platform.os} ${platform.arch}`,
    '',
  ].join('\n');
}

export function versionJson(shown: ShownVersion): string {
  return jsonText({ formatVersion: '1', ...shown }, 'lines');
}
