/** What a command says of itself beside its flags, and what these words mean in help. */
import type { EXIT } from '../model/index.js';

/** The headings of `ven --help`, in their order. */
export const GROUPS = [
  'Begin',
  'Change the host',
  'Look',
  'Nodes',
  'Orchestrator',
  'Others',
] as const;

type Exit = keyof typeof EXIT;

/** Each exit code, as every command means it. */
export const EXITS: Record<Exit, string> = {
  done: 'Done. Of plan also when there are changes, without --detailed-exitcode.',
  error: 'An error, or a wrong command line.',
  changesPending: 'There are changes (plan --detailed-exitcode).',
  fleetFileWrong: 'The fleet file, or the profile that it names, is wrong.',
  someVmsFailed: 'Some VMs or nodes failed; the others stand.',
  locked: 'Another run holds the fleet.',
  refused:
    'Refused as unsafe: a foreign object has a needed name, a VM with protect: true, a stale ' +
    'plan, no --yes without a terminal.',
  hostNotReady: 'The host is not ready: a pool, network or program is missing.',
  interrupted: 'Interrupted.',
};

/** What a command works with. Each brings its exit codes and its variables into the help. */
export interface Use {
  exits: readonly Exit[];
  variables: Readonly<Record<string, string>>;
  /** What an exit code means with it. */
  means?: Partial<Record<Exit, string>>;
}

const HOST = {
  LIBVIRT_DEFAULT_URI: 'The host, where neither --connect nor the fleet file names one.',
};
const RECORDS = {
  XDG_STATE_HOME:
    'Where the work folder is, with records of runs and nodes: $XDG_STATE_HOME/ven, by default ' +
    '~/.local/state/ven.',
};
const ORCHESTRATOR = {
  'PROJECT_API_USER, PROJECT_API_PASSWORD':
    "Who asks the orchestrator, where the fleet file's credentials name no others.",
  'https_proxy, http_proxy, no_proxy': 'The proxies on the way to the orchestrator.',
};

export const USES = {
  /** Reads a fleet file. */
  fleet: {
    exits: ['fleetFileWrong'],
    variables: {
      NAME: 'Each variable that the fleet file names, as ${NAME} or { env: NAME }.',
    },
  },
  /** Asks libvirt. */
  host: { exits: ['hostNotReady'], variables: HOST },
  /** Goes by the host's name, and asks nothing of it. */
  hostName: { exits: [], variables: HOST },
  /** Reads or writes the work folder. */
  records: {
    exits: ['hostNotReady'],
    variables: RECORDS,
  },
  /** Changes the host: under the fleet's lock, and with a record of the run. */
  run: { exits: ['someVmsFailed', 'locked', 'refused', 'hostNotReady'], variables: RECORDS },
  /** Shows a plan. */
  planning: {
    exits: ['refused', 'hostNotReady'],
    variables: {},
    means: {
      refused: 'All or a part of the plan is refused as unsafe. The plan shows what and why.',
      hostNotReady: `${EXITS.hostNotReady} Where that stops a part of the plan, the plan shows it.`,
    },
  },
  /** Makes a plan, and carries it out. */
  applying: {
    exits: ['refused', 'hostNotReady'],
    variables: {},
    means: {
      refused: `${EXITS.refused} Where that stops a part of the plan, the rest is done.`,
      hostNotReady: `${EXITS.hostNotReady} Where that stops a part of the plan, the rest is done.`,
    },
  },
  /** Calls vagrant. */
  vagrant: {
    exits: [],
    variables: {
      VAGRANT_HOME: "vagrant's own folder, by default ~/.vagrant.d.",
      'DOCKER_HOST, CONTAINER_HOST': 'Where docker or podman is, with runner: container.',
    },
  },
  /** Onboards nodes. */
  onboarding: {
    exits: ['someVmsFailed'],
    variables: {
      'ONBOARDING_USERNAME, ONBOARDING_PASSWORD':
        'Who logs in on the nodes, with onboarding: interactive; else it is asked for.',
      ...ORCHESTRATOR,
    },
  },
  /** Asks the orchestrator. */
  orchestrator: { exits: [], variables: ORCHESTRATOR },
  /** Opens a window. */
  window: {
    exits: [],
    variables: { 'DISPLAY, WAYLAND_DISPLAY': 'Where a viewer can be shown.' },
  },
} satisfies Record<string, Use>;

/** What each command reads. */
export const VARIABLES: Readonly<Record<string, string>> = {
  NO_COLOR: 'Not empty: no colours.',
  FORCE_COLOR: 'Not empty: colours, also on no terminal, and in spite of NO_COLOR; 0: none.',
  'TERM, CI': 'TERM=dumb, or a CI: progress is told line by line, and not drawn in place.',
  TMPDIR: 'Where temporary files are.',
  XDG_CACHE_HOME: 'Where compiled code is kept between runs: $XDG_CACHE_HOME/ven.',
};

/** What stands on a command's class: `static override about: About = { … }`. */
export interface About {
  group: (typeof GROUPS)[number];
  uses: readonly (keyof typeof USES)[];
  /** More exit codes, or what one of them means here. */
  exits?: Partial<Record<Exit, string>>;
}
