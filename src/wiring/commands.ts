import { InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../api/durations.ts';
import { SHELLS } from '../cli/completion.ts';
import { DIAGNOSE_OUTPUTS } from '../cli/diagnose.ts';
import { DISCOVER_OUTPUTS } from '../cli/discover.ts';
import { GET_OUTPUTS } from '../cli/get.ts';
import { VALIDATE_OUTPUTS } from '../cli/validate.ts';
import { evidenceOptions, linksOption, runOptions } from '../config.ts';

/** A command as help, docs and completion tell it. */
export interface CommandDefinition {
  readonly arguments?: readonly (readonly [
    usage: string,
    description: string,
    choices?: readonly string[],
  ])[];
  /** One line. */
  readonly description: string;
  /** What a newcomer has to know beyond the flags. */
  readonly more?: string;
  readonly options: () => readonly Option[];
  readonly examples: readonly (readonly [line: string, meaning: string])[];
}

const duration = (text: string): number => {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined && milliseconds >= 1000) return milliseconds;
  throw new InvalidArgumentError('It must be a duration of h, m and s from 1s, such as 30s or 1m30s.');
};

const portNumber = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new InvalidArgumentError('It must be a port from 0 to 65535.');
};

const statusCode = (text: string): number => {
  if (/^[1-5]\d\d$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a status code from 100 to 599.');
};

const output = (formats: readonly string[], what: string): Option =>
  new Option('-o, --output <format>', `how to print ${what}`).choices(formats).default(formats[0]);

/** What a reference to an object leaves open of the target. */
const targetOptions = (): readonly Option[] => [
  new Option('--host <host>', 'host to ask an Ingress or HTTPRoute for, else its first'),
  new Option('--path <path>', 'path to ask for, else the first one of the Ingress or HTTPRoute'),
  new Option('--scheme <scheme>', 'else HTTPS where the object has TLS for the host').choices([
    'HTTP',
    'HTTPS',
  ]),
];

const TARGET = 'URL, ingress/NAME, service/NAME[:PORT], httproute/NAME or statusprobe/NAME';
const EXIT_CODES = 'Exit code: 0 healthy, 1 failing, 2 could not run.';

export const COMMANDS = {
  run: {
    description: 'run the operator',
    options: runOptions,
    examples: [
      ['statusprobe run', 'with the ServiceAccount of its Pod, all namespaces'],
      ['statusprobe run -n shop --policy policy.yaml', 'one namespace, within a policy (docs/policy.md)'],
    ],
  },
  diagnose: {
    arguments: [['[target]', TARGET]],
    description: 'probe once and print the verdict: what is broken, and who fixes it',
    more: `${EXIT_CODES} Services and Pods are asked directly only inside the cluster, or with --cluster-network.`,
    options: () => [
      output(DIAGNOSE_OUTPUTS, 'the verdict'),
      ...targetOptions(),
      new Option('--watch', 'look again and again, and print what changes'),
      new Option('--interval <duration>', 'time between two looks of --watch')
        .argParser(duration)
        .default(30_000, '30s'),
      new Option(
        '--from <folder>',
        'judge a saved folder, and ask nobody: of bundle, kubectl cluster-info dump or troubleshoot.sh',
      ),
      new Option(
        '--observation <file>',
        'with --from: what was seen of the target, instead of its observation.yaml',
      ),
      new Option('--code <code>', 'with --from and a target: why would it answer with this code').argParser(
        statusCode,
      ),
      linksOption(),
      ...evidenceOptions(),
    ],
    examples: [
      ['statusprobe diagnose https://shop.example.com/cart', 'why does this URL fail'],
      [
        'statusprobe diagnose ingress/shop -n shop --path /cart',
        'an Ingress at its own address, whatever DNS says',
      ],
      ['statusprobe diagnose statusprobe/shop -n shop --watch', 'as a StatusProbe asks, until Ctrl-C'],
      ['statusprobe diagnose https://shop.example.com/ -o junit', 'a test case for a CI system'],
      ['statusprobe diagnose --from ./shop-502', 'a folder that bundle wrote'],
      [
        'statusprobe diagnose service/shop -n shop --from ./dump --code 502',
        'why would a dumped cluster answer so',
      ],
    ],
  },
  get: {
    arguments: [['[name]', 'a StatusProbe, drawn with its path; else all of them']],
    description: 'list StatusProbes with their verdicts',
    more: 'Exit code: 0, 1 where a probe that is shown fails, 2 could not run.',
    options: () => [output(GET_OUTPUTS, 'them'), new Option('-A, --all-namespaces', 'of all namespaces')],
    examples: [
      ['statusprobe get -A', 'every StatusProbe of the cluster'],
      ['statusprobe get shop -n shop', 'one of them, with the way of its request as a tree'],
      ['statusprobe get -n shop -o wide', 'more columns'],
    ],
  },
  discover: {
    description: 'write StatusProbes for the Ingresses and HTTPRoutes of a namespace',
    more: 'One for each host, asking for its first path. Nothing is created without --apply.',
    options: () => [
      output(DISCOVER_OUTPUTS, 'them'),
      new Option('--apply', 'create those that do not exist, and leave the others as they are'),
    ],
    examples: [
      ['statusprobe discover -n shop > probes.yaml', 'look before you apply'],
      ['statusprobe discover -n shop --apply', 'create them'],
    ],
  },
  validate: {
    arguments: [['<files...>', 'manifests; - reads standard input']],
    description: "check StatusProbe manifests by the CRD's rules, without a cluster",
    more: 'Other kinds in the files are passed over. Exit code: 0 valid, 1 not valid, 2 could not run.',
    options: () => [output(VALIDATE_OUTPUTS, 'the problems')],
    examples: [
      ['statusprobe validate probes.yaml', 'file:line:column of every problem'],
      ['helm template shop | statusprobe validate -', 'what a chart renders'],
    ],
  },
  bundle: {
    arguments: [['<target>', TARGET]],
    description: 'diagnose, and save all that was read as a folder, without secrets',
    more: `diagnose --from judges the folder again, with the same verdict. ${EXIT_CODES}`,
    options: () => [
      new Option('--to <folder>', 'new folder to write').makeOptionMandatory(),
      ...targetOptions(),
      ...evidenceOptions(),
    ],
    examples: [
      ['statusprobe bundle https://shop.example.com/cart --to ./shop-502', 'to hand to somebody else'],
      ['statusprobe diagnose --from ./shop-502', 'what that one does with it'],
    ],
  },
  web: {
    description: 'show StatusProbes with their verdicts as a web page, on this machine alone',
    more: 'Of all namespaces, or of the one that -n names; with your kubeconfig, and for whoever has the address that it prints.',
    options: () => [
      new Option('--port <port>', 'port of 127.0.0.1; 0: a free one').argParser(portNumber).default(8090),
    ],
    examples: [
      ['statusprobe web', 'every StatusProbe that you may list, until Ctrl-C'],
      ['statusprobe web -n shop --port 0', 'of one namespace, at a free port'],
    ],
  },
  explain: {
    arguments: [['<code>', 'a status code, or a row such as 5xx or Timeout']],
    description: 'the rows of the troubleshooting matrix for a code, both sides',
    options: () => [output(['text', 'json'], 'them')],
    examples: [['statusprobe explain 502', 'what a 502 mostly is, and who looks first']],
  },
  checks: {
    description: 'every check, its reasons, owners and the evidence it needs',
    options: () => [output(['text', 'json'], 'them')],
    examples: [['statusprobe checks', 'what is looked at']],
  },
  completion: {
    arguments: [['<shell>', 'bash, zsh, fish, or kubectl for its plugin', SHELLS]],
    description: 'print a completion script for a shell',
    options: () => [],
    examples: [
      ['source <(statusprobe completion bash)', 'in ~/.bashrc'],
      ['source <(statusprobe completion zsh)', 'in ~/.zshrc, after compinit'],
      ['statusprobe completion fish | source', 'in ~/.config/fish/config.fish'],
      [
        'statusprobe completion kubectl > kubectl_complete-statusprobe',
        'for kubectl statusprobe: make it executable, in a folder of the PATH',
      ],
    ],
  },
} as const satisfies Readonly<Record<string, CommandDefinition>>;

export type CommandName = keyof typeof COMMANDS;
