import { describe, expect, it } from 'vitest';
import { tellingLine } from './stack-trace.ts';

describe('tellingLine', () => {
  it.each([
    [
      'Node.js',
      [
        'listening soon',
        '/app/server.js:3',
        '  throw new TypeError("x");',
        '  ^',
        '',
        "TypeError: Cannot read properties of undefined (reading 'id')",
        '    at main (/app/server.js:3:9)',
      ],
      "TypeError: Cannot read properties of undefined (reading 'id')",
    ],
    [
      'Node.js with a code',
      ['Error [ERR_MODULE_NOT_FOUND]: Cannot find package', '    at x'],
      'Error [ERR_MODULE_NOT_FOUND]: Cannot find package',
    ],
    [
      'Python',
      [
        'Traceback (most recent call last):',
        '  File "/app/main.py", line 1, in <module>',
        "ModuleNotFoundError: No module named 'flask'",
      ],
      "ModuleNotFoundError: No module named 'flask'",
    ],
    [
      'Java',
      [
        'Exception in thread "main" java.lang.IllegalStateException: no database',
        '\tat shop.Main.main(Main.java:7)',
      ],
      'Exception in thread "main" java.lang.IllegalStateException: no database',
    ],
    [
      'Go',
      [
        'panic: runtime error: invalid memory address or nil pointer dereference',
        '[signal SIGSEGV: segmentation violation]',
      ],
      'panic: runtime error: invalid memory address or nil pointer dereference',
    ],
    [
      'Rust',
      ["thread 'main' panicked at src/main.rs:2:5:", 'no configuration', 'note: run with RUST_BACKTRACE=1'],
      "thread 'main' panicked at src/main.rs:2:5: no configuration",
    ],
    [
      'Ruby',
      ["app.rb:3:in 'Integer#/': divided by 0 (ZeroDivisionError)", "\tfrom app.rb:3:in '<main>'"],
      "app.rb:3:in 'Integer#/': divided by 0 (ZeroDivisionError)",
    ],
    [
      '.NET',
      ['Unhandled exception. System.ArgumentNullException: Value cannot be null.', '   at Program.Main()'],
      'Unhandled exception. System.ArgumentNullException: Value cannot be null.',
    ],
    [
      'PHP',
      ['PHP Fatal error:  Uncaught Error: Class "Cart" not found in /app/index.php:3'],
      'PHP Fatal error:  Uncaught Error: Class "Cart" not found in /app/index.php:3',
    ],
    [
      'a port that is taken',
      ['starting', 'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)'],
      'nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)',
    ],
    [
      'a logger in JSON',
      ['{"level":"info","msg":"up"}', '{"level":"fatal","msg":"no database"}'],
      '{"level":"fatal","msg":"no database"}',
    ],
    [
      'a logger in words',
      ['12:00:01 INFO up', '12:00:02 ERROR no database', '12:00:03 INFO down'],
      '12:00:02 ERROR no database',
    ],
    ['a quiet log', ['listening on port 8080', 'answered 0 errors'], undefined],
    ['an empty log', [], undefined],
  ])('%s', (_, lines, expected) => {
    expect(tellingLine(lines)).toBe(expected);
  });
});
