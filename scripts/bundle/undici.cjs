/** What the program uses of undici. Its index also loads fetch, WebSocket, caches and mocks, which take 4 MB. */
const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');
Object.assign(Dispatcher.prototype, require('undici/lib/api/index.js'));
exports.Agent = require('undici/lib/dispatcher/agent.js');
exports.Pool = require('undici/lib/dispatcher/pool.js');
exports.ProxyAgent = require('undici/lib/dispatcher/proxy-agent.js');
exports.Socks5ProxyAgent = require('undici/lib/dispatcher/socks5-proxy-agent.js');
exports.buildConnector = require('undici/lib/core/connect.js');
exports.errors = require('undici/lib/core/errors.js');
exports.interceptors = { retry: require('undici/lib/interceptor/retry.js') };
