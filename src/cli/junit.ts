import type { StatusProbeStatus } from '../api/generated.ts';
import { couldNotRun, isHealthy } from './diagnosis-result.ts';
import { diagnosisText, plain } from './diagnosis-text.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** XML 1.0 has no place for control characters, however they are written. */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

const textOf = (text: string): string =>
  text.replace(NOT_XML, ' ').replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign);

const attributeOf = (text: string): string =>
  text.replace(NOT_XML, ' ').replace(/[&<>"\n]/g, (sign) => ENTITIES[sign] ?? sign);

function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  content: string,
): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attributeOf(String(value))}"`);
  return `<${name}${written.join('')}>${content}</${name}>`;
}

/** What a CI system shows of a probe that is not healthy. */
function complaint(status: StatusProbeStatus): string {
  if (isHealthy(status)) return '';
  const { verdict } = status;
  const message = couldNotRun(status) ?? `${verdict?.owner}: ${verdict?.summary}`;
  const kind = couldNotRun(status) === undefined ? 'failure' : 'error';
  return element(
    kind,
    { type: verdict?.reason ?? '', message },
    textOf(diagnosisText(status, { paint: plain })),
  );
}

/** One test case, as CI systems read it. */
export function junitText(status: StatusProbeStatus, namespace: string): string {
  const seconds = (status.lastProbe?.durationMilliseconds?.total ?? 0) / 1000;
  const isError = couldNotRun(status) !== undefined;
  const counts = {
    tests: 1,
    failures: Number(!(isError || isHealthy(status))),
    errors: Number(isError),
    skipped: 0,
    time: seconds,
  };
  const time = status.lastProbe?.time;
  const testcase = element(
    'testcase',
    { classname: namespace, name: status.target ?? '', time: seconds },
    complaint(status),
  );
  const suite = element(
    'testsuite',
    { name: 'statusprobe', ...counts, ...(time === undefined ? {} : { timestamp: time }) },
    `\n${testcase}\n`,
  );
  const { skipped, ...totals } = counts;
  const suites = element('testsuites', { name: 'statusprobe', ...totals }, `\n${suite}\n`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${suites}\n`;
}
