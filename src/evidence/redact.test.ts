import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact, redactLines } from './redact.ts';

describe('secrets are masked, and what tells something stays', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl';
  test.each([
    ['Authorization: Bearer abc.def-123', 'Authorization: …'],
    ['{"authorization":"Basic dXNlcjpwdw=="}', '{"authorization": …'],
    ['curl used bearer abcdef123 for /cart', 'curl used bearer … for /cart'],
    [`user 7 sent ${jwt} twice`, 'user 7 sent … twice'],
    ['Set-Cookie: session=1234; Path=/', 'cookie: …'],
    ['DB_PASSWORD=hunter2 DB_HOST=db', 'DB_PASSWORD=… DB_HOST=db'],
    ['{"user":"bob","password":"hunter2","n":1}', '{"user":"bob","password":"…","n":1}'],
    [String.raw`body {\"password\":\"hunter2\"}`, String.raw`body {\"password\":"…"}`],
    ['password: my dog Rex, user: bob', 'password: …, user: bob'],
    ['mysqld --password hunter2 --port 3306', 'mysqld --password … --port 3306'],
    ['api_key=k-123;retry=3', 'api_key=…;retry=3'],
    ['key id AKIAIOSFODNN7EXAMPLE denied', 'key id … denied'],
    ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG', 'aws_secret_access_key = …'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----', '…'],
    ['-----BEGIN PRIVATE KEY-----\nMIIEow', '…'],
    ['connect postgres://shop:hunter2@db:5432/shop failed', 'connect postgres://…@db:5432/shop failed'],
    ['connect amqp://shop:hun/ter2@mq failed', 'connect amqp://…@mq failed'],
    ['dsn shop:hunter2@tcp(db:3306)/shop', 'dsn …@tcp(db:3306)/shop'],
    ['GET /cart?id=7&token=abc HTTP/1.1', 'GET /cart?id=…&token=… HTTP/1.1'],
    ['see https://shop.example.com/a#access=1', 'see https://shop.example.com/a#…'],
    ['pushed with ghp_abcdefghij0123456789', 'pushed with …'],
  ])('%s', (text, shown) => expect(redact(text)).toBe(shown));
});

test.each([
  'failed to pull: may require authorization: server message: insufficient_scope: authorization failed',
  'unauthorized: authentication required',
  'failed to push: no basic auth credentials',
  'secret "shop-db" not found',
  'MountVolume.SetUp failed for volume "credentials" : secret "shop-db" not found',
  'MountVolume.SetUp failed for volume "api-token" : references non-existent secret key: user',
  'panic: runtime error: index out of range [5] with length 3',
  'Readiness probe failed: HTTP probe failed with statuscode: 500',
  'mail to alice@example.com bounced',
  'dial tcp 10.0.0.7:5432: connect: connection refused',
  'at com.example.shop.CartController.show(CartController.java:42)',
  'Back-off restarting failed container shop in pod shop-5c7f9d4b8-x2x4z_shop(0a1b2c3d)',
])('stays as it is: %s', (text) => expect(redact(text)).toBe(text));

test('control characters, colours and direction marks become spaces or go', () => {
  expect(redact('\u001b[31mred\u001b[0m\tand\u0000null\u202e\r\nnext')).toBe('red and null   next');
});

test('is cut to 256 bytes between characters', () => {
  expect(redact('é'.repeat(128))).toBe('é'.repeat(128));
  expect(redact('é'.repeat(129))).toBe(`${'é'.repeat(126)}…`);
  expect(redact('😀'.repeat(65))).toBe(`${'😀'.repeat(63)}…`);
});

test('the last lines of a log: a key over several lines is no line', () => {
  const key = ['-----BEGIN EC PRIVATE KEY-----', 'MHcCAQEE', '-----END EC PRIVATE KEY-----'].join('\n');
  const log = `old\nstarting\n${key}\n\npassword=hunter2\nlistening on 8080\n`;
  expect(redactLines(log, 4)).toEqual(['starting', '…', 'password=…', 'listening on 8080']);
});

test('the rest of a key whose first line is out of sight is masked', () => {
  expect(redactLines(`${'MIIEowIBAAKCAQEA'.repeat(4)}\nready`, 5)).toEqual(['…', 'ready']);
});

describe('whatever stands around it', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9]{12,24}$/).map((text) => `Zq9${text}`);
  const carriers: readonly ((secret: string) => string)[] = [
    (value) => `Authorization: Bearer ${value}`,
    (value) => `cookie: sid=${value}`,
    (value) => `password=${value}`,
    (value) => `"client_secret": "${value}"`,
    (value) => `https://user:${value}@example.com/`,
    (value) => `https://example.com/?q=${value}`,
    (value) => `-----BEGIN PRIVATE KEY-----\n${value}\n-----END PRIVATE KEY-----`,
  ];

  test('no secret is shown', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        secret,
        fc.constantFrom(...carriers),
        fc.string(),
        (before, value, carrier, after) => {
          expect(redact(`${before}\n${carrier(value)} ${after}`)).not.toContain(value);
        },
      ),
    );
  });

  test('what is shown is one well-formed line of at most 256 bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        const shown = redact(text);
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(256);
        expect(shown.isWellFormed()).toBe(true);
        expect(shown).not.toMatch(/[\p{Cc}\u2028\u2029\u202e]/u);
      }),
    );
  });
});
