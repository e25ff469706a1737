/** What a completion script needs to know of a command. */
export interface Completed {
  /** `plan`; within a topic two words, `orchestrator hosts`. */
  name: string;
  summary: string;
  /** `one`: its first argument is a VM's name. `some`: any of its arguments may be. */
  vms: 'none' | 'one' | 'some';
  flags: {
    name: string;
    summary: string;
    takes: 'nothing' | 'address' | 'file' | 'folder' | 'other';
  }[];
}

export type Shell = 'bash' | 'zsh' | 'fish';

const ADDRESS_HELP = 'the addresses of the fleet file on the line, else of ./fleet.yaml';

/**
 * A script that completes commands, flags, YAML files, and the addresses of the fleet file.
 * The script asks `ven addresses` for the addresses.
 */
export function completionScript(shell: Shell, commands: readonly Completed[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      return zsh(commands);
    case 'fish':
      return fish(commands);
  }
}

/** The first words, each once, and for a topic the words that may follow. */
function firstWords(
  commands: readonly Completed[],
): { word: string; summary: string; next: { word: string; summary: string }[] }[] {
  const words = [...new Set(commands.map(({ name }) => name.split(' ')[0] ?? ''))];
  return words.map((word) => {
    const next = commands.flatMap(({ name, summary }) =>
      name.startsWith(`${word} `) ? [{ word: name.slice(word.length + 1), summary }] : [],
    );
    const summary =
      commands.find(({ name }) => name === word)?.summary ?? next.map((one) => one.word).join(', ');
    return { word, summary, next };
  });
}

const topicsOf = (commands: readonly Completed[]) =>
  firstWords(commands).filter(({ next }) => next.length > 0);

/** As one word, in a script. */
const label = (name: string): string => name.replace(' ', ':');

const named = (commands: readonly Completed[], takes: string): string[] => [
  ...new Set(
    commands.flatMap(({ flags }) =>
      flags.filter((flag) => flag.takes === takes).map(({ name }) => `--${name}`),
    ),
  ),
];

function bash(commands: readonly Completed[]): string {
  const cases = commands
    .filter(({ name }) => name !== 'completion')
    .map(
      ({ name, flags }) =>
        `    ${label(name)}) flags='${flags.map((flag) => `--${flag.name}`).join(' ')}' ;;`,
    );
  const addresses = '"${COMP_WORDS[0]}" addresses ${fleet:+"$fleet"} 2>/dev/null';
  const compgen = (options: string): string => `$(compgen ${options} -- "$current")`;
  const complete = (options: string): string => `COMPREPLY=(${compgen(options)})`;
  const findFleet = (first: number, skip = ''): string =>
    `for word in "\${COMP_WORDS[@]:${first}}"; do ` +
    `case "$word" in ${skip}*.yaml|*.yml) fleet="$word" ;; esac; done`;
  const topics = topicsOf(commands).map(({ word, next }) => {
    const words = next.map((one) => one.word).join(' ');
    const second = complete(`-W '${words} --help'`);
    return [
      `    ${word}) if [ "$COMP_CWORD" -eq 2 ]; then ${second}; return; fi`,
      `      COMP_WORDS=("\${COMP_WORDS[0]}" "${word}:\${COMP_WORDS[2]}" "\${COMP_WORDS[@]:3}"); ` +
        'COMP_CWORD=$((COMP_CWORD - 1)) ;;',
    ].join('\n');
  });
  const anyYaml = [`-f -X '!*.yaml'`, `-f -X '!*.yml'`, '-d'].map(compgen).join(' ');
  const moreYaml = [`-f -X '!*.y*ml'`, '-d'].map(compgen).join(' ');
  const locals = ['current="${COMP_WORDS[COMP_CWORD]}"', 'previous="${COMP_WORDS[COMP_CWORD-1]}"'];
  return `# ven completion for bash. Use: source <(ven completion bash)
_ven() {
  local ${locals.join(' ')} flags='' fleet='' word
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${firstWords(commands)
      .map(({ word }) => word)
      .join(' ')} --help --version' -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${topics.join('\n')}
  esac
  case "$previous" in
    ${named(commands, 'address').join('|')})
      # ${ADDRESS_HELP}
      ${findFleet(2, '-*) ;; ')}
      ${complete(`-W "$(${addresses})"`)}
      return ;;
    ${named(commands, 'file').join('|')}) compopt -o filenames; ${complete('-f')}; return ;;
    ${named(commands, 'folder').join('|')}) compopt -o filenames; ${complete('-d')}; return ;;
    ${named(commands, 'other').join('|')}) return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    completion) ${complete(`-W 'bash zsh fish'`)}; return ;;
  esac
  case "$COMP_CWORD \${COMP_WORDS[1]} $current" in
    *' -'*) ;;
    ${commands
      .filter(({ vms }) => vms !== 'none')
      .map(({ name, vms }) => `${vms === 'one' ? '"2' : '*"'} ${label(name)} "*`)
      .join('|')})
      ${findFleet(3)}
      ${complete(`-W "$(${addresses} | sed -n 's/^vm[.]//p')"`)}
      case "\${COMP_WORDS[1]}" in ${commands
        .filter(({ vms }) => vms === 'some')
        .map(({ name }) => label(name))
        .join('|')})
        compopt -o filenames; COMPREPLY+=(${moreYaml}) ;; esac
      return ;;
  esac
  if [[ "$current" == -* ]]; then
    ${complete('-W "$flags --help"')}
  else
    compopt -o filenames
    COMPREPLY=(${anyYaml})
  fi
}
complete -F _ven ven
`;
}

function zsh(commands: readonly Completed[]): string {
  const text = (words: string): string => words.replaceAll(/['[\]:\\]/g, '').trim();
  const action = {
    nothing: '',
    address: ':address:_ven_addresses',
    file: ':file:_files',
    folder: ':folder:_files -/',
    other: ':value: ',
  };
  const cases = commands.map(({ name, flags, vms }) => {
    const specs = flags.map((flag) => {
      const repeats = flag.takes === 'address' ? '*' : '';
      return `'${repeats}--${flag.name}[${text(flag.summary)}]${action[flag.takes]}'`;
    });
    const file = `fleet file:_files -g "*.(yaml|yml)"'`;
    const rest = {
      none: name === 'completion' ? "'1:shell:(bash zsh fish)'" : `'1:${file}`,
      one: `'1:VM:_ven_vms' '2:${file}`,
      some: `'*:VM or fleet file:_ven_vms_or_file'`,
    }[vms];
    return `    ${label(name)}) _arguments ${[...specs, "'--help[show help]'", rest].join(' ')} ;;`;
  });
  const use = 'Use: source <(ven completion zsh), or save it as _ven in a folder of $fpath';
  return `#compdef ven
# ven completion for zsh. ${use}
_ven_addresses() {
  # ${ADDRESS_HELP}
  local -a fleet found
  fleet=(\${(M)words:#*.(yaml|yml)})
  found=(\${(f)"$(_call_program addresses ven addresses \${fleet[1]} 2>/dev/null)"})
  compadd -a found
}
_ven_vms() {
  local -a fleet found
  fleet=(\${(M)words:#*.(yaml|yml)})
  found=(\${(f)"$(_call_program addresses ven addresses \${fleet[1]} 2>/dev/null)"})
  found=(\${\${(M)found:#vm.*}#vm.})
  compadd -a found
}
_ven_vms_or_file() {
  _ven_vms
  _files -g "*.(yaml|yml)"
}
_ven() {
  local -a commands
  commands=(${firstWords(commands)
    .map(({ word, summary }) => `'${word}:${text(summary)}'`)
    .join(' ')})
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${topicsOf(commands)
  .map(({ word, next }) => {
    const described = next.map((one) => `'${one.word}:${text(one.summary)}'`).join(' ');
    const describe = `commands=(${described}); _describe command commands`;
    return `    ${word}) if (( CURRENT == 2 )); then ${describe}; return; fi
      command="${word}:$words[2]"; shift words; (( CURRENT-- )) ;;`;
  })
  .join('\n')}
  esac
  case "$command" in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _ven ]; then _ven "$@"; else compdef _ven ven; fi
`;
}

function fish(commands: readonly Completed[]): string {
  const text = (words: string): string => `'${words.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
  const seen = (name: string): string =>
    name
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ');
  const first = (name: string, summary: string): string => {
    const [word = '', next] = name.split(' ');
    if (next === undefined)
      return `complete -c ven -n __fish_use_subcommand -f -a ${word} -d ${text(summary)}`;
    const second = `${seen(word)}; and test (count (commandline -opc)) -eq 2`;
    return `complete -c ven -n '${second}' -f -a ${next} -d ${text(summary)}`;
  };
  const vmNames = '__ven_addresses | string replace -rf "^vm[.]" ""';
  const lines = commands.flatMap(({ name, summary, flags, vms }) => [
    first(name, summary),
    ...(vms === 'none' ? [] : [`complete -c ven -n '${seen(name)}' -a '(${vmNames})'`]),
    ...flags.map((flag) => {
      const takes = {
        nothing: '',
        address: ` -x -a '(__ven_addresses)'`,
        file: ' -r -F',
        folder: ` -x -a '(__fish_complete_directories)'`,
        other: ' -x',
      }[flag.takes];
      return `complete -c ven -n '${seen(name)}' -l ${flag.name}${takes} -d ${text(flag.summary)}`;
    }),
  ]);
  const anyCommand = '__fish_use_subcommand';
  const completionCommand = '__fish_seen_subcommand_from completion';
  const yaml = ['.yaml', '.yml'].map((end) => `__fish_complete_suffix ${end}`).join('; ');
  return `# ven completion for fish. Use: ven completion fish | source
function __ven_addresses
  # ${ADDRESS_HELP}
  set -l fleet (string match -r '.*\\.ya?ml' -- (commandline -opc))
  ven addresses $fleet[1] 2>/dev/null
end
complete -c ven -f
${topicsOf(commands)
  .map(
    ({ word, summary }) =>
      `complete -c ven -n __fish_use_subcommand -f -a ${word} -d ${text(summary)}`,
  )
  .join('\n')}
complete -c ven -n 'not ${anyCommand}; and not ${completionCommand}' -k -a '(${yaml})'
complete -c ven -n '${completionCommand}' -a 'bash zsh fish'
${lines.join('\n')}
`;
}
