import { isUtf8 } from 'node:buffer';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { buffer as readAll } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { checksText, describeChecks } from '../cli/checks.ts';
import { completionScript, type Shell } from '../cli/completion.ts';
import { type DiagnoseRequest, diagnoseAgain, diagnoseOnce, type Printing } from '../cli/diagnose.ts';
import { coloured, plain } from '../cli/diagnosis-text.ts';
import { type DiscoverOutput, discoverProbes } from '../cli/discover.ts';
import { explain, explainText } from '../cli/explain.ts';
import { type GetRequest, getProbes } from '../cli/get.ts';
import { inPlainCharacters } from '../cli/plain-characters.ts';
import { createProgress } from '../cli/progress.ts';
import { UsageError } from '../cli/usage-error.ts';
import { validateFiles } from '../cli/validate.ts';
import { wrap } from '../cli/wrap.ts';
import { type ClusterConfig, type Config, configFrom, placed, showsUTF8, wantsColours } from '../config.ts';
import type { BundleConfig } from './bundle.ts';
import type { DiagnoseConfig } from './diagnose.ts';
import type { OpenedCluster } from './opened-cluster.ts';
import type { WebConfig } from './own-page.ts';
import type { Actions, Call } from './program.ts';

const isPlainTerminal = process.stdout.isTTY === true && !showsUTF8();

const print = (text: string) => process.stdout.write(isPlainTerminal ? inPlainCharacters(text) : text);
const tell = (sentence: string) => process.stderr.write(`statusprobe: ${sentence}\n`);
const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

/** Columns of the terminal; some say 0 for what they do not know. */
function columns(): { readonly columns?: number } {
  const { isTTY, columns: count = 0 } = process.stdout;
  return isTTY === true && count >= LEAST_COLUMNS ? { columns: count } : {};
}

const LEAST_COLUMNS = 20;

const printing = (version: string): Printing => ({
  write: print,
  style: { paint: wantsColours() ? coloured : plain, ...columns() },
  version,
});

/** Running text, broken where the terminal ends. */
const printText = (text: string) =>
  print(
    text
      .split('\n')
      .flatMap((line) => wrap(line, columns().columns))
      .join('\n'),
  );

/** Flags as the definition of the command makes commander check them. */
const optionsOf = <T>({ options }: Call): T => options as T;

function interrupted(): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort());
  process.once('SIGTERM', () => controller.abort());
  return controller.signal;
}

interface DiagnoseFlags extends DiagnoseConfig, Omit<DiagnoseRequest, 'target'> {
  readonly watch?: boolean;
  readonly interval: number;
}

async function diagnose(call: Call, version: string): Promise<number> {
  const { openDiagnosis } = await import('./diagnose.ts');
  const flags = optionsOf<DiagnoseFlags>(call);
  const [target] = call.arguments as [string | undefined];
  const progress = createProgress(process.stderr);
  const { write, ...shown } = printing(version);
  const output: Printing = {
    ...shown,
    write(text) {
      progress.clear();
      write(text);
    },
  };
  const request = { ...flags, ...(target === undefined ? {} : { target }) };
  const parts = await openDiagnosis(target, placed(flags), { version, tell: progress.tell });
  try {
    if (flags.watch !== true) return await diagnoseOnce(request, parts, output);
    const signal = interrupted();
    const wait = async () => {
      progress.clear();
      await sleep(flags.interval, undefined, { signal }).catch(() => undefined);
    };
    return await diagnoseAgain(request, parts, { ...output, signal, wait });
  } finally {
    progress.clear();
    parts.close();
  }
}

async function bundle(call: Call, version: string): Promise<number> {
  const { bundle: bundleTarget } = await import('./bundle.ts');
  const { exitCode } = await import('../cli/diagnosis-result.ts');
  const flags = optionsOf<BundleConfig>(call);
  const progress = createProgress(process.stderr);
  try {
    const [target] = call.arguments as [string];
    const { status, isFaithful } = await bundleTarget(target, placed(flags), {
      version,
      tell: progress.tell,
    });
    const { owner, reason, summary } = status.verdict ?? {};
    progress.clear();
    print(`${flags.to}  ${[owner, reason, summary].join(' · ')}\n`);
    if (!isFaithful) tell(`the folder is judged otherwise, because a look took too long: try again`);
    return exitCode(status);
  } finally {
    progress.clear();
  }
}

/** Runs a command with the cluster that its flags name. */
async function withCluster<T>(
  call: Call,
  version: string,
  work: (cluster: OpenedCluster) => Promise<T>,
): Promise<T> {
  const { openCluster } = await import('./opened-cluster.ts');
  const flags = optionsOf<ClusterConfig & { readonly namespace?: string }>(call);
  const cluster = await openCluster(placed(flags), version);
  try {
    return await work(cluster);
  } finally {
    cluster.close();
  }
}

async function get(call: Call, version: string): Promise<number> {
  const { getParts } = await import('./stored-probes.ts');
  const [name] = call.arguments as [string | undefined];
  const { output, allNamespaces = false } = optionsOf<Partial<GetRequest> & Pick<GetRequest, 'output'>>(call);
  const request = { output, allNamespaces, ...(name === undefined ? {} : { name }) };
  return withCluster(call, version, (cluster) => getProbes(request, getParts(cluster), printing(version)));
}

async function discover(call: Call, version: string): Promise<void> {
  const { discoverParts } = await import('./stored-probes.ts');
  const { output, apply = false } = optionsOf<{ readonly output: DiscoverOutput; readonly apply?: boolean }>(
    call,
  );
  await withCluster(call, version, (cluster) =>
    discoverProbes({ output, apply }, discoverParts(cluster), { write: print, tell }),
  );
}

async function web(call: Call, version: string): Promise<void> {
  const { openOwnPage } = await import('./own-page.ts');
  const signal = interrupted();
  const page = await openOwnPage(placed(optionsOf<WebConfig>(call)), version, (error) =>
    tell((error as Error).message),
  );
  print(`${page.url}\n`);
  tell('the page is served until Ctrl-C');
  if (!signal.aborted) await once(signal, 'abort');
  await page.close();
}

async function readText(file: string): Promise<string> {
  const reading = file === '-' ? readAll(process.stdin) : readFile(file);
  const bytes = await reading.catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} cannot be read: ${error.code}`);
  });
  if (!isUtf8(bytes)) throw new UsageError(`${file} is not UTF-8: save it in that encoding`);
  return bytes.toString();
}

async function validate(call: Call): Promise<number> {
  const [files] = call.arguments as [readonly string[]];
  return validateFiles(
    { files, ...optionsOf<{ readonly output: string }>(call) },
    { readText, write: print },
  );
}

const isJSON = (call: Call): boolean => call.options.output === 'json';

/** What every command does; each loads what it needs and no more. */
export function createActions(version: string): Actions {
  const ending = (work: (call: Call, version: string) => Promise<number>) => async (call: Call) => {
    process.exitCode = await work(call, version);
  };
  return {
    async run(call) {
      const { run } = await import('./run.ts');
      await run(configFrom(optionsOf<Config>(call)), version);
    },
    diagnose: ending(diagnose),
    get: ending(get),
    discover: (call) => discover(call, version),
    validate: ending(validate),
    web: (call) => web(call, version),
    bundle: ending(bundle),
    explain(call) {
      const [code] = call.arguments as [string];
      const rows = explain(code);
      if (isJSON(call)) print(json(rows));
      else printText(explainText(code, rows));
    },
    checks(call) {
      const checks = describeChecks();
      if (isJSON(call)) print(json(checks));
      else printText(checksText(checks));
    },
    completion(call) {
      const [shell] = call.arguments as [Shell];
      print(completionScript(shell, call.program));
    },
  };
}
