import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the page, ready to be sent. */
export interface Asset {
  readonly type: string;
  readonly body: string;
  readonly tag: string;
}

const PAGE = fileURLToPath(new URL('page/', import.meta.url));
const LIT = path.join(PAGE, '../../../node_modules/lit-html');
/** What the page uses of lit-html, and what that imports. */
const LIT_FILES = ['lit-html.js', 'directive.js', 'directive-helpers.js', 'directives/repeat.js'];

/** Modules import each other by relative paths, so URLs are laid out as the files are. */
const PAGE_URL = 'src/web/page/';
const LIT_URL = 'node_modules/lit-html/';

const asset = (type: string, body: string): Asset => ({
  type: `${type}; charset=utf-8`,
  body,
  tag: `"${createHash('sha256').update(body).digest('base64url')}"`,
});

/** Not built, as in a test, modules are TypeScript still. */
function moduleAsset(file: string): Asset {
  const text = readFileSync(file, 'utf8');
  return asset('text/javascript', file.endsWith('.ts') ? stripTypeScriptTypes(text) : text);
}

const TYPES: Readonly<Record<string, string>> = { '.css': 'text/css', '.svg': 'image/svg+xml' };

/** What is there before the modules have drawn anything. */
const html = (preloaded: string, main: string): string => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>statusprobe</title>
    ${preloaded}
    <script type="module" src="${main}"></script>
  </head>
  <body><main><p>Loading…</p></main></body>
</html>
`;

/** How the page's head names a file, so that all of them are fetched at once. */
function linkTo(url: string): string {
  if (url.endsWith('.css')) return `<link rel="stylesheet" href="${url}">`;
  if (url.endsWith('.svg')) return `<link rel="icon" type="image/svg+xml" href="${url}">`;
  return `<link rel="modulepreload" href="${url}">`;
}

function fileAsset(file: string): Asset {
  const type = TYPES[path.extname(file)];
  return type === undefined ? moduleAsset(file) : asset(type, readFileSync(file, 'utf8'));
}

/** Everything that is sent without a token, by its path; the page itself is ''. */
export function loadAssets(): ReadonlyMap<string, Asset> {
  const files = readdirSync(PAGE).filter((file) => /(?<!\.test|\.d)\.(?:ts|js|css|svg)$/.test(file));
  const assets = new Map([
    ...files.map((file): [string, Asset] => [`${PAGE_URL}${file}`, fileAsset(path.join(PAGE, file))]),
    ...LIT_FILES.map((file): [string, Asset] => [`${LIT_URL}${file}`, fileAsset(path.join(LIT, file))]),
  ]);
  const main = `${PAGE_URL}main${path.extname(import.meta.url)}`;
  const links = [...assets.keys()].map(linkTo).join('\n    ');
  return assets.set('', asset('text/html', html(links, main)));
}
