import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TcpProxy } from '../src/faults/tcp-proxy.js';

/** A backend that takes lines, remembers them, and answers each with `ok <line>`; `greet` makes it speak first. */
class EchoServer {
  readonly lines: string[] = [];
  readonly sockets = new Set<Socket>();
  readonly server: Server = createServer((socket) => {
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => {});
    createInterface({ input: socket })
      .on('line', (line) => {
        this.lines.push(line);
        socket.write(`ok ${line}\n`);
      })
      .on('error', () => {});
  });

  async start(): Promise<number> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** A client that asks line by line. */
class Client {
  readonly socket: Socket;
  readonly closed: Promise<string>;
  readonly #answers: string[] = [];
  #waiting: (() => void) | null = null;

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.closed = new Promise((resolve) => {
      let reason = 'closed';
      this.socket.on('error', (error: NodeJS.ErrnoException) => {
        reason = error.code ?? error.message;
      });
      this.socket.on('close', () => resolve(reason));
    });
    createInterface({ input: this.socket })
      .on('line', (line) => {
        this.#answers.push(line);
        this.#waiting?.();
      })
      .on('error', () => {});
  }

  async ask(line: string): Promise<string> {
    this.socket.write(`${line}\n`);
    return this.answer();
  }

  async answer(): Promise<string> {
    const gone = this.closed.then((reason) => `gone: ${reason}`);
    while (this.#answers.length === 0) {
      const came = new Promise<null>((resolve) => {
        this.#waiting = () => resolve(null);
      });
      const reason = await Promise.race([came, gone]);
      if (reason !== null && this.#answers.length === 0) return reason;
    }
    return this.#answers.shift() ?? '';
  }

  get silent(): boolean {
    return this.#answers.length === 0;
  }
}

const backend = { current: new EchoServer() };
let proxy: TcpProxy;

beforeEach(async () => {
  backend.current = new EchoServer();
  proxy = await TcpProxy.start({ host: '127.0.0.1', port: await backend.current.start() });
});
afterEach(async () => {
  await proxy.close();
  await backend.current.stop();
});

describe('a proxy in good weather', () => {
  it('forwards both ways and counts round trips and bytes', async () => {
    const client = new Client(proxy.endpoint.port);
    expect(await client.ask('one')).toBe('ok one');
    expect(await client.ask('two')).toBe('ok two');
    expect(proxy.traffic).toEqual({ connections: 1, roundTrips: 2, bytesToBackend: 8, bytesToStore: 14 });
    proxy.resetTraffic();
    expect(await client.ask('three')).toBe('ok three');
    expect(proxy.traffic).toEqual({ connections: 0, roundTrips: 1, bytesToBackend: 6, bytesToStore: 9 });
  });

  it('carries large requests whole', async () => {
    const client = new Client(proxy.endpoint.port);
    const large = 'x'.repeat(5_000_000);
    expect(await client.ask(large)).toBe(`ok ${large}`);
    expect(proxy.traffic).toMatchObject({ bytesToBackend: 5_000_001, bytesToStore: 5_000_004 });
  });

  it('counts what is sent at once as one round trip', async () => {
    const client = new Client(proxy.endpoint.port);
    client.socket.write('a\nb\nc\n');
    expect([await client.answer(), await client.answer(), await client.answer()]).toEqual([
      'ok a',
      'ok b',
      'ok c',
    ]);
    expect(proxy.traffic.roundTrips).toBe(1);
  });

  it('passes on the end of a stream, and forgets the connection', async () => {
    const client = new Client(proxy.endpoint.port);
    await client.ask('last');
    const [inBackend] = backend.current.sockets;
    client.socket.end();
    expect(await client.closed).toBe('closed');
    if (inBackend?.destroyed === false) await once(inBackend, 'close');
    expect(proxy.openConnections).toBe(0);
  });

  it('passes on that the backend is not there', async () => {
    await backend.current.stop();
    const client = new Client(proxy.endpoint.port);
    expect(await client.answer()).toMatch(/^gone: /);
    backend.current = new EchoServer();
    await backend.current.start();
  });
});

describe('a cut', () => {
  it('resets open connections, and lets new ones through', async () => {
    const [a, b] = [new Client(proxy.endpoint.port), new Client(proxy.endpoint.port)];
    await Promise.all([a.ask('a'), b.ask('b')]);
    proxy.cut();
    expect(await Promise.all([a.closed, b.closed])).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(await new Client(proxy.endpoint.port).ask('again')).toBe('ok again');
  });

  it('lasts until it is healed when the backend is taken down', async () => {
    const before = new Client(proxy.endpoint.port);
    await before.ask('a');
    proxy.takeDown();
    expect(await before.closed).toBe('ECONNRESET');
    expect(await new Client(proxy.endpoint.port).ask('b')).toMatch(/^gone: /);
    proxy.heal();
    expect(await new Client(proxy.endpoint.port).ask('c')).toBe('ok c');
    expect(backend.current.lines).toEqual(['a', 'c']);
  });

  it('at a request loses it: the backend never sees it', async () => {
    const client = new Client(proxy.endpoint.port);
    await client.ask('first');
    const done = proxy.cutAt(2, 'request');
    expect(await client.ask('second')).toBe('ok second');
    expect(await client.ask('third')).toBe('gone: ECONNRESET');
    await done;
    expect(backend.current.lines).toEqual(['first', 'second']);
  });

  it('at an answer loses that alone: the backend has done what it was asked', async () => {
    const client = new Client(proxy.endpoint.port);
    const done = proxy.cutAt(1, 'answer');
    expect(await client.ask('commit')).toBe('gone: ECONNRESET');
    await done;
    expect(backend.current.lines).toEqual(['commit']);
    expect(await new Client(proxy.endpoint.port).ask('next')).toBe('ok next');
  });

  it('counts the requests of all connections', async () => {
    const [a, b] = [new Client(proxy.endpoint.port), new Client(proxy.endpoint.port)];
    void proxy.cutAt(3, 'answer');
    expect([await a.ask('1'), await b.ask('2'), await a.ask('3')]).toEqual([
      'ok 1',
      'ok 2',
      'gone: ECONNRESET',
    ]);
    expect(await b.ask('4')).toBe('ok 4');
  });

  it('that was planned does not come after healing', async () => {
    const client = new Client(proxy.endpoint.port);
    void proxy.cutAt(1, 'request');
    proxy.heal();
    expect(await client.ask('safe')).toBe('ok safe');
  });
});

describe('bad weather', () => {
  it('delays each direction, and keeps the order', async () => {
    const client = new Client(proxy.endpoint.port);
    await client.ask('warm');
    proxy.delay(30);
    const began = performance.now();
    client.socket.write('a\n');
    client.socket.write('b\n');
    expect([await client.answer(), await client.answer()]).toEqual(['ok a', 'ok b']);
    expect(performance.now() - began).toBeGreaterThanOrEqual(59);
    proxy.heal();
    expect(await client.ask('c')).toBe('ok c');
  });

  it('swallows everything until it heals; then what was held back arrives', async () => {
    const [client, other] = [new Client(proxy.endpoint.port), new Client(proxy.endpoint.port)];
    await client.ask('before');
    proxy.blackHole();
    client.socket.write('held\n');
    other.socket.write('new\n');
    // Round trips beside the proxy give the bytes every chance to arrive.
    const port = (backend.current.server.address() as AddressInfo).port;
    const beside = new Client(port);
    for (let n = 0; n < 20; n += 1) await beside.ask(`beside ${n}`);
    expect(backend.current.lines.filter((line) => !line.startsWith('beside'))).toEqual(['before']);
    expect(client.silent).toBe(true);
    beside.socket.destroy();
    proxy.heal();
    expect(await client.answer()).toBe('ok held');
    expect(await other.answer()).toBe('ok new');
  });

  it('holds back an answer as well', async () => {
    const client = new Client(proxy.endpoint.port);
    await client.ask('before');
    proxy.delay(20);
    const asked = client.ask('slow');
    proxy.blackHole();
    proxy.heal();
    expect(await asked).toBe('ok slow');
  });
});

it('leaves nothing behind when it is closed', async () => {
  const own = await TcpProxy.start({ host: '127.0.0.1', port: 9 });
  proxy.delay(1000);
  const client = new Client(proxy.endpoint.port);
  await once(client.socket, 'connect');
  client.socket.write('never\n');
  await own.close();
  await expect(once(connect(own.endpoint.port, '127.0.0.1'), 'connect')).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});
