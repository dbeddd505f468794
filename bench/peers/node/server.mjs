// The benchmarks' server on node's http and npm's ws.
//
//     node server.mjs --port P [--tls-port Q --cert FILE --key FILE] --static DIR
import { createReadStream, readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { WebSocketServer } from 'ws';

const text = { type: 'string' };
const { values: options } = parseArgs({
  options: { port: text, 'tls-port': text, cert: text, key: text, static: text },
});

function answer(response, type, body) {
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}

async function sendFile(response, name) {
  const path = join(options.static, basename(name));
  try {
    const { size } = await stat(path);
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': size });
    createReadStream(path).pipe(response);
  } catch {
    notFound(response);
  }
}

function notFound(response) {
  response.writeHead(404, { 'Content-Length': 0 });
  response.end();
}

function serve(request, response) {
  const { method, url } = request;
  if (method === 'POST' && url === '/upload') {
    let size = 0;
    request.on('data', (chunk) => { size += chunk.length; });
    request.on('end', () => answer(response, 'text/plain', String(size)));
  } else if (url === '/') {
    answer(response, 'text/plain', 'Hello, World!');
  } else if (url === '/json') {
    answer(response, 'application/json', JSON.stringify({ message: 'Hello, World!' }));
  } else if (url.startsWith('/users/')) {
    answer(response, 'text/plain', decodeURIComponent(url.slice('/users/'.length)));
  } else if (url.startsWith('/static/')) {
    sendFile(response, url.slice('/static/'.length));
  } else {
    notFound(response);
  }
}

const maxPayload = 64 * 1024 * 1024;
const plain = new WebSocketServer({ noServer: true, maxPayload });
// The threshold makes ws compress what is short too, as the others do.
const deflating = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: { threshold: 0 } });
const rooms = new Map();

function echo(socket) {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
}

function joinRoom(socket, name) {
  if (!rooms.has(name)) rooms.set(name, new Set());
  const members = rooms.get(name);
  members.add(socket);
  socket.on('message', (data, isBinary) => {
    for (const member of members) member.send(data, { binary: isBinary });
  });
  socket.on('close', () => {
    members.delete(socket);
    if (members.size === 0) rooms.delete(name);
  });
}

function upgrade(request, socket, head) {
  const { url } = request;
  if (url === '/ws/echo') {
    plain.handleUpgrade(request, socket, head, echo);
  } else if (url === '/ws/deflate') {
    deflating.handleUpgrade(request, socket, head, echo);
  } else if (url.startsWith('/ws/room/')) {
    plain.handleUpgrade(request, socket, head, (member) => joinRoom(member, url.slice('/ws/room/'.length)));
  } else {
    socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
  }
}

function listen(server, port) {
  server.keepAliveTimeout = 3_600_000;
  server.on('upgrade', upgrade);
  server.listen({ port: Number(port), host: '127.0.0.1', backlog: 4096 });
}

listen(http.createServer(serve), options.port);
if (options['tls-port']) {
  const certificate = { cert: readFileSync(options.cert), key: readFileSync(options.key) };
  listen(https.createServer(certificate, serve), options['tls-port']);
}
