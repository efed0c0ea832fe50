'use strict';
// Brings Node behind the proxy of the environment: fetch, http, https and the packages on top of them. Node
// itself looks at HTTPS_PROXY since 22.21, but not for agents that a client makes of its own. What goes to
// this machine, and so to the proxy itself, is left alone.

const http = require('http');
const https = require('https');
const net = require('net');
const { Duplex } = require('stream');
const tls = require('tls');

const proxy = address(process.env.HTTPS_PROXY || process.env.https_proxy);
const connect = { net: net.connect, tls: tls.connect };
const HTTP = 80;
const HTTPS = 443;
const LONGEST_HEAD = 16384;

function address(url) {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

function isHere(host) {
  const name = host.toLowerCase().replace(/^\[|\]$|\.$/g, '');
  return ['', 'localhost', '::1'].includes(name) || name.endsWith('.localhost') || /^127\.[\d.]+$/.test(name);
}

/** What connect() was called with: (options, then), (port, host, options, then) or (path, then). */
function normalised(args) {
  const then = args.find((one) => typeof one === 'function');
  const given = args.filter((one) => one !== undefined && one !== null && one !== then);
  const options = Object.assign({}, ...given.filter((one) => typeof one === 'object'));
  const [first, second] = given;
  if (typeof first === 'number' || (typeof first === 'string' && /^\d+$/.test(first))) {
    options.port = first;
    if (typeof second === 'string') options.host = second;
  } else if (typeof first === 'string') {
    options.path = first;
  }
  return { options, then };
}

function isElsewhere(options) {
  const host = options.host || options.hostname || '';
  return !options.socket && !options.path && !options.socketPath && !isHere(String(host));
}

/** A connection to a host through the proxy: a socket as far as HTTP clients use one. */
class Tunnel extends Duplex {
  constructor(options) {
    super({ allowHalfOpen: false, autoDestroy: true });
    const host = String(options.host || options.hostname);
    this.connecting = true;
    this._head = Buffer.alloc(0);
    this._waiting = null;
    const target = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${options.port}`;
    this._socket = connect.net({ host: proxy.hostname, port: Number(proxy.port || HTTP) });
    this._socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`);
    this._socket.on('data', (data) => this._received(data));
    this._socket.on('end', () => this._ended());
    this._socket.on('error', (error) => this.destroy(error));
    this._socket.on('close', () => this.destroy());
    this._socket.on('timeout', () => this.emit('timeout'));
  }

  _received(data) {
    if (!this.connecting) {
      if (!this.push(data)) this._socket.pause();
      return;
    }
    this._head = Buffer.concat([this._head, data]);
    const end = this._head.indexOf('\r\n\r\n');
    if (end >= 0) this._answered(String(this._head.subarray(0, end)), this._head.subarray(end + 4));
    else if (this._head.length > LONGEST_HEAD) this.destroy(new Error('the proxy does not answer CONNECT'));
  }

  _answered(head, rest) {
    const [, status, reason] = /^HTTP\/1\.[01] (\d+) ?(.*)/.exec(head) || [];
    if (status !== '200') {
      this.destroy(Object.assign(new Error(`the proxy refuses: ${reason}`), { code: 'ERR_PROXY_TUNNEL' }));
      return;
    }
    this.connecting = false;
    if (rest.length) this.push(rest);
    if (this._waiting) this._waiting();
    this.emit('connect');
    this.emit('ready');
  }

  _ended() {
    if (this.connecting) this.destroy(new Error('the proxy ended the connection'));
    else this.push(null);
  }

  _write(chunk, encoding, done) {
    if (this.connecting) this._waiting = () => this._socket.write(chunk, encoding, done);
    else this._socket.write(chunk, encoding, done);
  }

  _read() {
    this._socket.resume();
  }

  _final(done) {
    this._socket.end(done);
  }

  _destroy(error, done) {
    this._socket.destroy();
    done(error);
  }

  setTimeout(milliseconds, then) {
    this._socket.setTimeout(milliseconds);
    if (then) this.once('timeout', then);
    return this;
  }
}

for (const name of ['setNoDelay', 'setKeepAlive', 'ref', 'unref']) {
  Tunnel.prototype[name] = function (...args) {
    this._socket[name](...args);
    return this;
  };
}
const FACTS = ['remoteAddress', 'remotePort', 'remoteFamily', 'localAddress', 'localPort', 'bytesRead'];
for (const name of FACTS) {
  Object.defineProperty(Tunnel.prototype, name, {
    get() {
      return this._socket[name];
    },
  });
}

function plain(options, then) {
  const tunnel = new Tunnel(options);
  if (then) tunnel.once('connect', then);
  return tunnel;
}

function secure(options, then) {
  const tunnel = new Tunnel(options);
  const host = String(options.host || options.hostname);
  const servername = options.servername || (net.isIP(host) ? undefined : host);
  const socket = connect.tls({ ...options, socket: tunnel, servername }, then);
  tunnel.once('error', (error) => socket.destroy(error));
  // What keeps a process alive is the connection to the proxy, which the socket itself does not know.
  for (const name of ['ref', 'unref']) {
    socket[name] = () => {
      tunnel[name]();
      return socket;
    };
  }
  return socket;
}

function patched(original, tunnelled, goesThrough) {
  return function (...args) {
    const { options, then } = normalised(args);
    if (isElsewhere(options) && goesThrough(options)) return tunnelled(options, then);
    return original.apply(this, args);
  };
}

if (proxy) {
  const always = () => true;
  // Others than HTTP clients open sockets, too, such as to a database: only the ports of HTTP are ours.
  const toTheWeb = (options) => [HTTP, HTTPS].includes(Number(options.port));
  net.connect = net.createConnection = patched(connect.net, plain, toTheWeb);
  tls.connect = patched(connect.tls, secure, toTheWeb);
  const agents = { http: http.Agent.prototype, https: https.Agent.prototype };
  agents.http.createConnection = patched(agents.http.createConnection, plain, always);
  agents.https.createConnection = patched(agents.https.createConnection, secure, always);
  require('module').syncBuiltinESMExports();
}
