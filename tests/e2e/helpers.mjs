// What the end-to-end tests share: the built example, servers on ports of their own, and a client that says exactly
// what it is told. Nothing here sleeps to wait for something: conditions are polled, up to a deadline.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = process.env.FOLIO_ROOT ?? fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const folio = process.env.FOLIO ?? path.join(root, 'build/host/bin/folio');
export const chromium = process.env.FOLIO_CHROMIUM;  // none: playwright's own

// Generous: a loaded machine with sanitizers is slow, and a test that fails waits this long once.
const patience = 60_000;

export function withDeadline(promise, what, milliseconds = patience) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Asks `probe` again and again until it gives something that counts as true, which is returned. What it throws counts
// as no, and is part of the message when time runs out.
export async function eventually(what, probe, milliseconds = patience) {
  const deadline = Date.now() + milliseconds;
  let last;
  for (;;) {
    try {
      const value = await probe();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > deadline) {
      const cause = last?.cause ? ` because of ${last.cause}` : '';
      throw new Error(`${what}: not within ${milliseconds} ms; last: ${last?.stack ?? last}${cause}\n${Child.report()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// A folder of its own under the system's temporary one, gone when the test ends.
export function temporaryFolder(t) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'folio-e2e-'));
  // A tool that builds in it may still be at work: its own end comes after this.
  t.after(() => eventually('the folder to be gone', () => {
    fs.rmSync(folder, { recursive: true, force: true });
    return true;
  }));
  return folder;
}

// The binary of example/, from the build under test. It is built once, whichever test file comes first.
let exampleBinary = process.env.FOLIO_EXAMPLE_BINARY;
export function example() {
  if (exampleBinary === undefined) {
    const script = fileURLToPath(new URL('build_example.py', import.meta.url));
    const run = spawnSync('/usr/bin/python3', [script], { encoding: 'utf8', timeout: 580_000 });
    if (run.status !== 0) throw new Error(`example/ does not build: ${run.error ?? ''}\n${run.stdout}${run.stderr}`);
    exampleBinary = run.stdout.trim();
  }
  return exampleBinary;
}

// Runs the tool to its end.
export function runFolio(...args) {
  return spawnSync(folio, args, { cwd: root, encoding: 'utf8', timeout: 580_000 });
}

// A child process, with all that it has written so far.
class Child {
  static running = new Set();

  // What is known of those that run, for the message of a failure.
  static report() {
    return [...Child.running].map(({ name, output, ended }) =>
      `--- ${name} (${ended ? `ended: ${JSON.stringify(ended)}` : 'running'}):\n${output.slice(-4000)}`).join('\n');
  }

  constructor(command, args, options) {
    this.name = [command, ...args].join(' ');
    this.output = '';
    Child.running.add(this);
    this.process = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => { this.output += text; });
    }
    this.exited = new Promise((resolve) => this.process.on('close', (code, signal) => resolve({ code, signal })));
    this.exited.then((how) => { this.ended = how; });
  }

  // The first match in what it writes. Its end is a failure.
  async seen(pattern) {
    const what = `output that matches ${pattern}`;
    let match = null;
    await eventually(what, () => (match = this.output.match(pattern)) ?? this.ended);
    if (!match) throw new Error(`no ${what}\n${Child.report()}`);
    return match;
  }

  async stop(signal = 'SIGTERM') {
    if (!this.ended) this.process.kill(signal);
    try {
      return await withDeadline(this.exited, `end after ${signal}`);
    } catch (error) {
      this.process.kill('SIGKILL');
      throw new Error(`${error.message}\n${Child.report()}`);
    } finally {
      Child.running.delete(this);
    }
  }
}

function located(child, [, port]) {
  child.port = Number(port);
  child.url = `http://127.0.0.1:${port}`;
  child.ws = `ws://127.0.0.1:${port}`;
  return child;
}

// Starts a binary that `folio build` made, on a free port. It is stopped when the test ends, and must end as it should.
export async function serve(t, binary, { port = 0, args = [], environment = {}, exitCode = 0 } = {}) {
  const child = new Child(binary, ['--host', '127.0.0.1', '--port', String(port), '--threads', '2', ...args], {
    env: { ...process.env, ...environment },
  });
  t.after(async () => {
    const how = await child.stop();
    if (how.code !== exitCode) throw new Error(`the server ended with ${JSON.stringify(how)}\n${child.output}`);
  });
  return located(child, await child.seen(/https?:\/\/[^\s/:]+:(\d+)/));
}

// Starts `folio dev` on an app, on a free port, with its events as JSON lines.
export async function develop(t, app, ...args) {
  const child = new Child(folio, ['dev', app, '--host', '127.0.0.1', '--port', '0', '--json', ...args], { cwd: root });
  child.events = () => child.output.split('\n').filter((line) => line.startsWith('{')).flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];  // its end has not been written yet
    }
  });
  t.after(() => child.stop());
  return located(child, await child.seen(/https?:\/\/[^\s/:"]+:(\d+)/));
}

// A TCP connection that sends bytes as they are given and reads responses one after the other.
export class Wire {
  static open(port) {
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      socket.once('connect', () => resolve(new Wire(socket)));
      socket.once('error', reject);
    });
  }

  constructor(socket) {
    this.socket = socket;
    this.input = Buffer.alloc(0);
    this.waiting = [];
    this.ended = false;
    const wake = () => this.waiting.splice(0).forEach((resume) => resume());
    socket.on('data', (bytes) => {
      this.input = Buffer.concat([this.input, bytes]);
      wake();
    });
    for (const event of ['end', 'close', 'error']) {
      socket.on(event, (error) => {
        this.ended = true;
        this.error ??= event === 'error' ? error : undefined;
        wake();
      });
    }
  }

  write(bytes) {
    if (!this.socket.destroyed) this.socket.write(bytes);
    return this;
  }

  // Ends our side: the server may still answer.
  end() {
    this.socket.end();
    return this;
  }

  close() {
    this.socket.destroy();
  }

  async more() {
    if (this.ended) throw new Error(`the server closed; unread: ${JSON.stringify(this.input.toString('latin1'))}`);
    await withDeadline(new Promise((resolve) => this.waiting.push(resolve)), 'bytes from the server');
  }

  async upTo(text) {
    let at;
    while ((at = this.input.indexOf(text)) < 0) await this.more();
    return this.take(at + text.length).toString('latin1');
  }

  take(size) {
    const bytes = this.input.subarray(0, size);
    this.input = this.input.subarray(size);
    return bytes;
  }

  async exactly(size) {
    while (this.input.length < size) await this.more();
    return this.take(size);
  }

  // The next response, whole. `head`: it answers a HEAD request, and has no body whatever its fields say.
  async response({ head = false } = {}) {
    const [statusLine, ...lines] = (await this.upTo('\r\n\r\n')).trimEnd().split('\r\n');
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
    }
    const status = Number(statusLine.split(' ')[1]);
    let body = Buffer.alloc(0);
    if (!head && status >= 200 && status !== 204 && status !== 304) {
      if (/chunked/i.test(headers['transfer-encoding'] ?? '')) {
        for (;;) {
          const size = parseInt(await this.upTo('\r\n'), 16);
          body = Buffer.concat([body, await this.exactly(size)]);
          await this.upTo('\r\n');
          if (size === 0) break;
        }
      } else {
        body = Buffer.from(await this.exactly(Number(headers['content-length'] ?? 0)));
      }
    }
    return { statusLine, status, headers, body: body.toString() };
  }

  // Resolves once the server has closed its side; what it still sent is given.
  async closed() {
    while (!this.ended) {
      await withDeadline(new Promise((resolve) => this.waiting.push(resolve)), 'end of the connection');
    }
    return this.input.toString('latin1');
  }
}

// One request on a connection of its own, as the bytes given.
export async function exchange(port, bytes, options) {
  const wire = await Wire.open(port);
  try {
    return await wire.write(bytes).response(options);
  } finally {
    wire.close();
  }
}

export const sortedLines = (text) => text.trimEnd().split('\n').sort();
