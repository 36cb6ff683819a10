import { parse } from 'yaml';
import { read, type Schema } from '../../api/schema.ts';

/** What may stand in braces in a template: nothing of it can be a secret. */
export const PLACEHOLDERS = {
  namespace: 'namespace of the Pod or workload, else of the StatusProbe',
  statusProbe: 'name of the StatusProbe',
  pod: 'the failing Pod',
  workload: 'what the failing Pods belong to, such as a Deployment',
  fromSeconds: '15 minutes before the failure began, in Unix seconds',
  fromMilliseconds: 'the same in Unix milliseconds',
  fromISO: 'the same as 2030-01-31T00:00:00.000Z',
  toSeconds: '45 minutes after the failure began, in Unix seconds',
  toMilliseconds: 'the same in Unix milliseconds',
  toISO: 'the same as 2030-01-31T01:00:00.000Z',
  traceID: 'trace and request id of the probe that began the failure, 32 hexadecimal digits',
  xrayTraceID: 'the same as AWS X-Ray writes it, 1-5759e988-bd862e3fe1be46a994272793',
} as const;

export type Placeholder = keyof typeof PLACEHOLDERS;

/** A link of the file of `--links`, with placeholders in its URL. */
export interface LinkTemplate {
  readonly name: string;
  readonly url: string;
}

const MOST_LINKS = 10;

const SCHEMA: Schema = {
  type: 'object',
  required: ['links'],
  properties: {
    links: {
      type: 'array',
      max: MOST_LINKS,
      items: {
        type: 'object',
        required: ['name', 'url'],
        properties: {
          name: { type: 'string', min: 1, max: 64 },
          url: { type: 'string', min: 1, max: 2048 },
        },
      },
    },
  },
};

/** The part of a URL that says whom is asked. */
const ORIGIN = /^https?:\/\/[^/?#\\\s@{}]+(?=[/?#]|$)/;

/** Reads the file of `--links`; throws an Error with one sentence that names the field. */
export function parseLinks(text: string): readonly LinkTemplate[] {
  const { value, problems } = read(SCHEMA, parse(text) ?? {}, 'links', true);
  const [problem] = problems;
  if (problem !== undefined) throw new Error(problem.replace('a field of a StatusProbe', 'a field of links'));
  const { links } = value as { readonly links: readonly LinkTemplate[] };
  for (const [index, { url }] of links.entries()) {
    const why = whyUnfit(url);
    if (why !== undefined) throw new Error(`links.links[${index}].url ${why}.`);
  }
  return links;
}

function whyUnfit(url: string): string | undefined {
  if (!ORIGIN.test(url))
    return 'must begin with http:// or https:// and a host, without user info and without a placeholder in them';
  if (/[\s\\\p{Cc}]/u.test(url)) return 'must hold no white space, backslash or control character';
  const unknown = [...url.matchAll(/\{[^{}]*\}|[{}]/g)].find(([brace]) => !isPlaceholder(brace.slice(1, -1)));
  if (unknown === undefined) return undefined;
  const known = Object.keys(PLACEHOLDERS).map((name) => `{${name}}`);
  return `has ${unknown[0]}, which is no placeholder: write one of ${known.join(', ')}, and any other brace as %7B or %7D`;
}

const isPlaceholder = (text: string): text is Placeholder => Object.hasOwn(PLACEHOLDERS, text);

/** The URL with everything filled in and encoded; undefined where something that it takes is not known. */
export function fillIn(
  url: string,
  values: Readonly<Partial<Record<Placeholder, string>>>,
): string | undefined {
  let isWhole = true;
  const filled = url.replace(/\{(\w+)\}/g, (_, name: Placeholder) => {
    const value = values[name];
    isWhole &&= value !== undefined;
    return encodeURIComponent(value ?? '');
  });
  return isWhole ? filled : undefined;
}
