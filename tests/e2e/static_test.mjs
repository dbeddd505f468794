// Static files as curl sees them: parts, resumed downloads, conditions, compressed forms.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import zlib from 'node:zlib';

import { example, serve, temporaryFolder } from './helpers.mjs';

const binary = example();

test('static files', async (t) => {
  const folder = temporaryFolder(t);
  const publicFolder = path.join(folder, 'public');
  const write = (name, content) => {
    fs.mkdirSync(path.dirname(path.join(publicFolder, name)), { recursive: true });
    fs.writeFileSync(path.join(publicFolder, name), content);
  };
  const script = 'console.log("folio");\n'.repeat(1000);
  const large = Buffer.alloc(5_000_000, 'The quick brown fox jumps over the lazy dog. ');
  write('site/index.html', '<h1>site</h1>\n');
  write('site/app.js', script);
  write('site/app.js.gz', zlib.gzipSync(script));
  write('site/app.js.br', zlib.brotliCompressSync(script));
  write('site/app.3f9a1c2b.css', 'body {}\n');
  write('site/large.txt', large);
  write('.secret', 'hidden\n');
  const { url } = await serve(t, binary, { args: ['--public', publicFolder] });

  // What curl writes, as bytes.
  const curl = (...args) => {
    const run = spawnSync('curl', ['-sS', '--max-time', '60', '--path-as-is', ...args], { maxBuffer: 1 << 26 });
    assert.equal(run.status, 0, `curl ${args.join(' ')}: ${run.stderr}`);
    return run.stdout;
  };
  const head = (name, ...args) => curl('-I', ...args, url + name).toString().toLowerCase();
  const status = (name, ...args) => Number(curl('-o', '/dev/null', '-w', '%{http_code}', ...args, url + name));

  await t.test('HEAD tells what GET sends', () => {
    const answer = head('/site/large.txt');
    assert.match(answer, /^http\/1.1 200 ok\r\n/);
    assert.match(answer, /\r\ncontent-length: 5000000\r\n/);
    assert.match(answer, /\r\ncontent-type: text\/plain; charset=utf-8\r\n/);
    assert.match(answer, /\r\naccept-ranges: bytes\r\n/);
    assert.match(answer, /\r\netag: "[^"]+"\r\n/);
    assert.match(answer, /\r\nlast-modified: [^\r]+ gmt\r\n/);
    assert.match(answer, /\r\ncache-control: no-cache\r\n/);
    assert.ok(curl(`${url}/site/large.txt`).equals(large));
  });

  await t.test('-r takes parts', () => {
    assert.equal(curl('-r', '4-8', `${url}/site/large.txt`).toString(), 'quick');
    assert.ok(curl('-r', '-100', `${url}/site/large.txt`).equals(large.subarray(-100)));
    assert.ok(curl('-r', '4999000-', `${url}/site/large.txt`).equals(large.subarray(4_999_000)));
    const parts = curl('-r', '0-2,1000000-1000004', `${url}/site/large.txt`).toString();
    assert.equal(parts.match(/Content-Range: bytes (0-2|1000000-1000004)\/5000000\r\n/g).length, 2);
    assert.equal(status('/site/large.txt', '-r', '5000000-'), 416);
  });

  await t.test('-C resumes a download', () => {
    const file = path.join(folder, 'resumed.txt');
    fs.writeFileSync(file, large.subarray(0, 1_234_567));
    curl('-C', '-', '-o', file, `${url}/site/large.txt`);
    assert.ok(fs.readFileSync(file).equals(large));
  });

  await t.test('-z and entity-tags save what the client has', () => {
    const file = path.join(folder, 'kept.txt');
    curl('-R', '-o', file, `${url}/site/large.txt`);
    assert.equal(status('/site/large.txt', '-z', file), 304);
    assert.equal(status('/site/large.txt', '-z', 'Sun, 06 Nov 1994 08:49:37 GMT'), 200);
    assert.equal(status('/site/large.txt', '-z', '-Sun, 06 Nov 1994 08:49:37 GMT'), 412);
    const tags = path.join(folder, 'tag.txt');
    curl('--etag-save', tags, '-o', '/dev/null', `${url}/site/large.txt`);
    assert.equal(status('/site/large.txt', '--etag-compare', tags), 304);
  });

  await t.test('--compressed takes the compressed form, and curl unpacks it', () => {
    assert.equal(curl('--compressed', `${url}/site/app.js`).toString(), script);
    const gzip = head('/site/app.js', '-H', 'Accept-Encoding: gzip');
    assert.match(gzip, /\r\ncontent-encoding: gzip\r\n/);
    assert.match(gzip, /\r\nvary: accept-encoding\r\n/);
    assert.match(gzip, /\r\ncontent-type: text\/javascript; charset=utf-8\r\n/);
    assert.match(head('/site/app.js', '-H', 'Accept-Encoding: gzip, br'), /\r\ncontent-encoding: br\r\n/);
    const packed = curl('-H', 'Accept-Encoding: br', `${url}/site/app.js`);
    assert.equal(zlib.brotliDecompressSync(packed).toString(), script);
    assert.doesNotMatch(head('/site/app.js'), /content-encoding/);
  });

  await t.test('folders, hashed names and methods', () => {
    assert.match(head('/site'), /^http\/1.1 308 [^]*\r\nlocation: \/site\/\r\n/);
    assert.equal(curl('-L', `${url}/site`).toString(), '<h1>site</h1>\n');
    assert.match(head('/site/app.3f9a1c2b.css'), /\r\ncache-control: public, max-age=31536000, immutable\r\n/);
    assert.match(curl('-i', '-X', 'DELETE', `${url}/site/app.js`).toString(), /^HTTP\/1.1 405 [^]*\r\nAllow: GET, HEAD, OPTIONS\r\n/);
  });

  await t.test('no way out', () => {
    fs.writeFileSync(path.join(folder, 'outside.txt'), 'outside\n');
    fs.symlinkSync('../outside.txt', path.join(publicFolder, 'link.txt'));
    for (const name of ['/../outside.txt', '/site/../../outside.txt', '/%2e%2e/outside.txt', '/site/..%2f..%2foutside.txt',
      '/..%5coutside.txt', '/link.txt', '/.secret', '/%2esecret', '/site/app.js%00', '//site/app.js']) {
      const answer = curl('-i', url + name).toString();
      assert.doesNotMatch(answer, /^HTTP\/1.1 200/, name);
      assert.doesNotMatch(answer, /outside\n|hidden\n/, name);
    }
  });
});
