/** Which cluster, as whom, and where in it: from a kubeconfig file, as kubectl finds it. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { VenError, type ResolvedEngine } from '../../model/index.js';
import type { Env } from '../exec.js';

export interface Access {
  config: KubeConfig;
  context: string;
  namespace: string;
  /** Of the API server. */
  server: string;
}

/** `folder`: where paths in the fleet file begin. @throws VenError `host-not-ready` */
export function accessOf(
  { kubeconfig, context, namespace }: ResolvedEngine,
  { folder, env }: { folder: string; env: Env },
): Access {
  const config = new KubeConfig();
  const files = filesOf(kubeconfig, folder, env);
  const there = files.filter((file) => existsSync(file));
  if (there.length === 0 && env['KUBERNETES_SERVICE_HOST'] !== undefined && kubeconfig === null)
    config.loadFromCluster();
  else if (there.length === 0) throw noConfig(files);
  else
    there.forEach((file, index) => {
      load(config, file, index === 0);
    });
  const name = context ?? config.getCurrentContext();
  const found = config.getContextObject(name);
  if (found === null) throw noContext(name, config, files);
  config.setCurrentContext(name);
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw noContext(name, config, files);
  return {
    config,
    context: name,
    namespace: namespace ?? found.namespace ?? 'default',
    server: cluster.server,
  };
}

function filesOf(written: string | null, folder: string, env: Env): string[] {
  if (written !== null) return [resolve(folder, written)];
  const named = env['KUBECONFIG'];
  if (named !== undefined && named !== '') return named.split(delimiter).filter(Boolean);
  return [join(env['HOME'] ?? homedir(), '.kube/config')];
}

function load(config: KubeConfig, file: string, isFirst: boolean): void {
  try {
    if (isFirst) config.loadFromFile(file);
    else {
      const more = new KubeConfig();
      more.loadFromFile(file);
      config.mergeConfig(more, true);
    }
  } catch (error) {
    throw new VenError('host-not-ready', {
      summary: `The kubeconfig file ${file} can't be read`,
      // Its content may be a secret: the first line says what is wrong.
      detail: error instanceof Error ? error.message.split('\n', 1)[0] : String(error),
      hint: `Check it: kubectl --kubeconfig ${file} config view`,
    });
  }
}

function noConfig(files: readonly string[]): VenError {
  return new VenError('host-not-ready', {
    summary: `There is no kubeconfig file: ${files.join(', ')}`,
    hint: 'Name it in the fleet file (engine.kubevirt.kubeconfig), or set KUBECONFIG.',
  });
}

function noContext(name: string, config: KubeConfig, files: readonly string[]): VenError {
  const known = config.getContexts().map((context) => context.name);
  return new VenError('host-not-ready', {
    summary:
      name === ''
        ? 'The kubeconfig file has no current context'
        : `The kubeconfig file has no context ${JSON.stringify(name)}, or it names no cluster`,
    detail: `${files.join(', ')} has: ${known.join(', ') || 'none'}`,
    hint: 'Name one in the fleet file: engine.kubevirt.context.',
  });
}
