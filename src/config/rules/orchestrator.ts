/** Where nodes boot from: keys that belong together, and keys that exclude each other. */
import type { Fleet, FleetOrchestrator } from '../../model/index.js';
import type { ExpandedVm } from '../resolve/expand.js';
import { PROFILES, profileSource } from '../resolve/orchestrator.js';
import { quote, type Path } from '../source/source.js';
import { didYouMean } from '../schema/suggest.js';
import type { Report } from './report.js';

export function checkOrchestrator(fleet: Fleet, vms: readonly ExpandedVm[], report: Report): void {
  const { orchestrator } = fleet;
  if (orchestrator) {
    const { domain, bootUrl, caCertificate } = orchestrator;
    const path = ['orchestrator'];
    if (domain === undefined && bootUrl === undefined) {
      const hint = 'Add `domain: orchestrator.example.com`, or the whole URL as `bootUrl`.';
      const because = [
        [...path, 'domain'],
        [...path, 'bootUrl'],
      ];
      report({
        rule: 'missing-key',
        path,
        onKey: true,
        message: '`orchestrator` has neither `domain` nor `bootUrl`',
        hint,
        because,
      });
    } else if (!/^http:/.test(bootUrl ?? '') && caCertificate === undefined && vms.some(isUefi)) {
      report({
        rule: 'missing-key',
        path,
        onKey: true,
        message:
          '`orchestrator` has no `caCertificate`, and firmware trusts no authority by itself',
        hint:
          'Add `caCertificate: FILE.pem`, the certificate of the authority ' +
          "that signed the boot server's.",
        because: [[...path, 'caCertificate']],
      });
    }
  }
  if (orchestrator) checkOnboarding(orchestrator, report);
  for (const [name, network] of Object.entries(fleet.networks ?? {})) {
    if (network.httpBoot !== true) continue;
    const path = ['networks', name, 'httpBoot'];
    if (!orchestrator) {
      const hint =
        'Add `orchestrator: { domain: … }` at the top of the file, or delete `httpBoot`.';
      report({
        rule: 'not-allowed',
        path,
        message: 'There is no `orchestrator` to boot from',
        hint,
        because: [['orchestrator']],
      });
    } else if (network.dhcp === false) {
      const hint = 'Delete `dhcp: false`, or `httpBoot`.';
      report({
        rule: 'not-allowed',
        path,
        message: 'Only DHCP can tell firmware where to boot from',
        hint,
      });
    }
  }
  for (const vm of vms.filter(({ copy }) => copy === 0)) {
    const path = vm.pathOf('pxe');
    if (vm.spec.pxe !== false || isUefi(vm) || path[0] !== 'vms') continue;
    const hint = 'Delete `pxe`, or take the network out of `boot`.';
    report({
      rule: 'not-allowed',
      path,
      message: 'A BIOS boots from the network through PXE only',
      hint,
    });
  }
}

/** What the API needs for requests, and what a node's console needs for answers. */
function checkOnboarding(orchestrator: FleetOrchestrator, report: Report): void {
  const {
    project,
    onboarding = 'none',
    credentials,
    profile,
    removeHosts,
    provider,
  } = orchestrator;
  const at = (key: keyof FleetOrchestrator): Path => ['orchestrator', key];
  const needs = (
    key: 'domain' | 'project',
    by: keyof FleetOrchestrator,
    what: string,
    hint: string,
  ): void => {
    if (orchestrator[key] !== undefined) return;
    report({
      rule: 'missing-key',
      path: at(by),
      message: `\`orchestrator\` has no \`${key}\`, and ${what}`,
      hint,
      because: [at(key)],
    });
  };
  const api = 'Add `domain: orchestrator.example.com`; `bootUrl` does not say where the API is.';
  const which = 'Add `project: NAME`, the project of the nodes.';
  if (onboarding === 'non-interactive') {
    needs('domain', 'onboarding', 'nodes are registered through its API', api);
    needs('project', 'onboarding', 'nodes are registered in a project', which);
  } else if (removeHosts === true) {
    needs('domain', 'removeHosts', 'hosts are deleted through its API', api);
    needs('project', 'removeHosts', 'hosts are deleted from a project', which);
  } else if (provider !== undefined) {
    needs('domain', 'provider', 'the provider is set through its API', api);
    needs('project', 'provider', "the provider is a project's", which);
  } else if (project !== undefined)
    needs('domain', 'project', "a project needs the orchestrator's API", api);
  if (provider?.autoProvision === true && provider.defaultOs === undefined)
    report({
      rule: 'missing-key',
      path: [...at('provider'), 'autoProvision'],
      message: 'New hosts are to install something by themselves, and nothing says what',
      hint: 'Add `defaultOs: PROFILE`, an OS profile of the orchestrator.',
      because: [[...at('provider'), 'defaultOs']],
    });
  if (credentials !== undefined && onboarding === 'none' && project === undefined) {
    const hint = 'Add `onboarding` or `project`, or delete `credentials`.';
    report({
      rule: 'not-allowed',
      path: at('credentials'),
      onKey: true,
      message: 'There is nothing to log in to',
      hint,
      because: [at('onboarding'), at('project')],
    });
  }
  const source = profileSource(profile ?? PROFILES[0]);
  if ('builtin' in source && !PROFILES.some((name) => name === source.builtin)) {
    const hint = `${didYouMean(source.builtin, PROFILES)} The path of a file begins with ./.`;
    report({
      rule: 'profile',
      path: at('profile'),
      message: `There is no profile ${quote(source.builtin)}`,
      hint,
    });
  }
}

const isUefi = ({ spec }: ExpandedVm): boolean => spec.firmware !== 'bios';
