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
      'Java with a cause',
      [
        "org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'cart'",
        '\tat org.springframework.Main.run(Main.java:7)',
        'Caused by: java.net.ConnectException: Connection refused',
        '\tat java.net.Socket.connect(Socket.java:1)',
      ],
      'Caused by: java.net.ConnectException: Connection refused',
    ],
    [
      'Node with a cause',
      [
        'TypeError: fetch failed',
        '    at node:internal/deps/undici/undici:13510:13',
        '  [cause]: Error: connect ECONNREFUSED 10.96.0.20:8080',
      ],
      '[cause]: Error: connect ECONNREFUSED 10.96.0.20:8080',
    ],
    [
      '.NET with a cause',
      [
        'System.Net.Http.HttpRequestException: Connection refused (inventory:8080)',
        ' ---> System.Net.Sockets.SocketException (111): Connection refused',
        '   at System.Net.Http.HttpConnectionPool.ConnectToTcpHostAsync(String host)',
      ],
      '---> System.Net.Sockets.SocketException (111): Connection refused',
    ],
    [
      'Java behind a timestamp',
      [
        '2026-01-01 12:00:00.123 INFO 1 --- [main] shop.Main : Starting',
        '2026-01-01 12:00:01.123 ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed',
        'java.lang.OutOfMemoryError: Java heap space',
      ],
      'java.lang.OutOfMemoryError: Java heap space',
    ],
    [
      'Python with exceptions of its own',
      ['Traceback (most recent call last):', '  File "a.py", line 3, in <module>', 'shop.errors.NoCart: 7'],
      'shop.errors.NoCart: 7',
    ],
    [
      'Python that exits',
      ['Traceback (most recent call last):', '  File "a.py", line 3, in f', "KeyError: 'cart'"],
      "KeyError: 'cart'",
    ],
    [
      'Node.js with a rejection',
      [
        'node:internal/process/promises:394',
        '    triggerUncaughtException(err, true /* fromPromise */);',
        '',
        '[UnhandledPromiseRejection: This error originated either by throwing inside of an async function]',
      ],
      '[UnhandledPromiseRejection: This error originated either by throwing inside of an async function]',
    ],
    [
      'Go that gives up',
      ['fatal error: all goroutines are asleep - deadlock!', '', 'goroutine 1 [select (no cases)]:'],
      'fatal error: all goroutines are asleep - deadlock!',
    ],
    [
      'Go with a panic behind a timestamp',
      ['2026/01/01 12:00:00 http: panic serving 10.0.0.1:3456: no cart', 'goroutine 7 [running]:'],
      '2026/01/01 12:00:00 http: panic serving 10.0.0.1:3456: no cart',
    ],
    [
      'Ruby of old',
      ["app.rb:3:in `/': divided by 0 (ZeroDivisionError)", "\tfrom app.rb:3:in `<main>'"],
      "app.rb:3:in `/': divided by 0 (ZeroDivisionError)",
    ],
    [
      'Ruby without a file',
      ["/usr/lib/ruby/kernel.rb:1:in 'require': cannot load such file -- sinatra (LoadError)"],
      "/usr/lib/ruby/kernel.rb:1:in 'require': cannot load such file -- sinatra (LoadError)",
    ],
    [
      'PHP with an exception',
      [
        'PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] in /app/a.php:3',
        'Stack trace:',
        '#0 {main}',
      ],
      'PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] in /app/a.php:3',
    ],
    [
      'PHP on a console',
      ['', 'Fatal error: Uncaught TypeError: f(): Argument #1 must be of type int in /app/a.php:3'],
      'Fatal error: Uncaught TypeError: f(): Argument #1 must be of type int in /app/a.php:3',
    ],
    [
      '.NET with an inner exception',
      [
        'fail: Microsoft.AspNetCore.Server.Kestrel[13]',
        '      Connection id "0HN", Request id "0HN:1": An unhandled exception was thrown by the application.',
        '      System.InvalidOperationException: no cart',
        '         at Shop.Cart.Show()',
      ],
      'System.InvalidOperationException: no cart',
    ],
    [
      'Rust of old',
      ["thread 'main' panicked at 'no configuration', src/main.rs:2:5"],
      "thread 'main' panicked at 'no configuration', src/main.rs:2:5",
    ],
    [
      'Rust with a result',
      ['Error: Os { code: 98, kind: AddrInUse, message: "Address already in use" }'],
      'Error: Os { code: 98, kind: AddrInUse, message: "Address already in use" }',
    ],
    ['Elixir', ['** (RuntimeError) no cart', '    lib/cart.ex:3: Cart.show/1'], '** (RuntimeError) no cart'],
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
