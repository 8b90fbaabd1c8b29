var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __commonJS = (cb, mod) => function __require() {
  try {
    return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
  } catch (e) {
    throw mod = 0, e;
  }
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// builtin:crypto
var require_crypto = __commonJS({
  "builtin:crypto"(exports, module) {
    module.exports = process.getBuiltinModule("node:crypto");
  }
});

// builtin:fs
var require_fs = __commonJS({
  "builtin:fs"(exports, module) {
    module.exports = process.getBuiltinModule("node:fs");
  }
});

// builtin:os
var require_os = __commonJS({
  "builtin:os"(exports, module) {
    module.exports = process.getBuiltinModule("node:os");
  }
});

// src/protocol/ids.ts
var patterns = {
  sha: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/,
  environment: /^[a-z0-9][a-z0-9._/-]{0,62}$/,
  // GitHub gives no repository the name `.` or `..`, and in a path they would lead elsewhere.
  repository: /^[A-Za-z0-9_-]{1,39}\/(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/,
  login: /^[\x20-\x7e]{1,64}$/,
  receiptId: /^rcpt_(?:dg|bg)_[0-9a-hjkmnp-tv-z]{26}$/,
  decisionId: /^dec_[0-9a-hjkmnp-tv-z]{26}$/,
  digest: /^sha256:[0-9a-f]{64}$/,
  publicKey: /^pp_pk_[0-9a-f]{64}$/,
  signature: /^ed25519:[0-9a-f]{128}$/,
  // The URL standard takes hosts such as a'(b); a name that is printed into Markdown and shells has none of that.
  origin: /^https?:\/\/(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:]+\])(?::[0-9]{1,5})?$/
};
var unsafeCharacter = /[^\x20-\x7e]|[`$"\\<]/;
var isSafeText = (text) => !unsafeCharacter.test(text);
function matching(pattern) {
  return (value) => typeof value === "string" && pattern.test(value) ? value : void 0;
}
function safeInteger() {
  return (value) => typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && !Object.is(value, -0) ? value : void 0;
}
var parseCommitSha = matching(patterns.sha);
var parseTreeSha = matching(patterns.sha);
var parseReceiptId = matching(patterns.receiptId);
var parseDecisionId = matching(patterns.decisionId);
var parseDigest = matching(patterns.digest);
var parsePublicKey = matching(patterns.publicKey);
var parseSignature = matching(patterns.signature);
var parseRepositoryName = matching(patterns.repository);
var parseRepositoryId = safeInteger();
var parseAccountId = safeInteger();
var loopbackHosts = /* @__PURE__ */ new Set(["localhost", "127.0.0.1", "[::1]"]);
function parseOrigin(value) {
  const text = matching(patterns.origin)(value);
  if (text === void 0 || text.length > 255 || !URL.canParse(text)) return void 0;
  const url = new URL(text);
  const secure = url.protocol === "https:" || url.protocol === "http:" && loopbackHosts.has(url.hostname);
  return secure && url.origin === text ? text : void 0;
}

// src/protocol/printed-json.ts
function recogniseJson(text, maxDepth2) {
  const indent = text.startsWith('{"') ? 0 : text.startsWith('{\n  "') ? 2 : void 0;
  if (indent === void 0 || text.includes("\\") || text.includes("__proto__")) return void 0;
  try {
    const object = JSON.parse(text);
    const bare = copyBare(object, maxDepth2);
    return JSON.stringify(object, null, indent) === text ? bare : void 0;
  } catch {
    return void 0;
  }
}
function copyBare(object, levels) {
  if (levels === 0) throw new RangeError("too many levels");
  const bare = /* @__PURE__ */ Object.create(null);
  for (const [name, value] of Object.entries(object)) bare[name] = copyValue(value, levels - 1);
  return bare;
}
function copyValue(value, levels) {
  if (typeof value !== "object" || value === null) return value;
  if (!isArray(value)) return copyBare(value, levels);
  if (levels === 0) throw new RangeError("too many levels");
  return value.map((item) => copyValue(item, levels - 1));
}
var isArray = (value) => Array.isArray(value);

// src/protocol/json.ts
var maxDepth = 32;
var JsonFault = class extends Error {
  at;
  constructor(reason, at) {
    super(reason);
    this.at = at;
  }
};
function parseJson(input) {
  let text;
  try {
    text = typeof input === "string" ? input : new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(input);
  } catch {
    return { ok: false, reason: "the bytes are not UTF-8", at: 0 };
  }
  try {
    return { ok: true, value: recogniseJson(text, maxDepth) ?? new Parser(text).document() };
  } catch (fault) {
    if (fault instanceof JsonFault) return { ok: false, reason: fault.message, at: fault.at };
    throw fault;
  }
}
var whitespace = /[ \t\n\r]*/y;
var plainCharacters = /[^"\\\u0000-\u001f]*/y;
var escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
var numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
var unusual = /[^\x20-\x5b\x5d-\x7e]/;
var loneSurrogate = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
var simpleEscapes = { b: "\b", f: "\f", n: "\n", r: "\r", t: "	" };
var literals = [
  ["true", true],
  ["false", false],
  ["null", null]
];
var Parser = class {
  #text;
  #at = 0;
  constructor(text) {
    this.#text = text;
  }
  document() {
    if (this.#text.startsWith("\uFEFF")) this.#fail("a byte-order mark stands before the value");
    const value = this.#value(1);
    this.#skip();
    if (this.#at < this.#text.length) this.#fail("something stands after the value");
    return value;
  }
  #value(depth) {
    this.#skip();
    const next = this.#text[this.#at];
    if (next === "{" || next === "[") {
      if (depth > maxDepth) this.#fail(`more than ${maxDepth} levels`);
      return next === "{" ? this.#object(depth) : this.#array(depth);
    }
    if (next === '"') return this.#string();
    for (const [word, value] of literals) {
      if (this.#text.startsWith(word, this.#at)) {
        this.#at += word.length;
        return value;
      }
    }
    return this.#number();
  }
  #object(depth) {
    const object = /* @__PURE__ */ Object.create(null);
    this.#at += 1;
    if (this.#take("}")) return object;
    do {
      this.#skip();
      const start = this.#at;
      if (this.#text[start] !== '"') this.#fail("a member name was expected");
      const name = this.#string();
      if (name === "__proto__") this.#fail("the name __proto__ is refused", start);
      if (name in object) this.#fail(`the name ${quote(name)} stands twice in one object`, start);
      if (!this.#take(":")) this.#fail("a colon was expected");
      object[name] = this.#value(depth + 1);
    } while (this.#take(","));
    if (!this.#take("}")) this.#fail("a comma or a closing brace was expected");
    return object;
  }
  #array(depth) {
    const items = [];
    this.#at += 1;
    if (this.#take("]")) return items;
    do
      items.push(this.#value(depth + 1));
    while (this.#take(","));
    if (!this.#take("]")) this.#fail("a comma or a closing bracket was expected");
    return items;
  }
  #string() {
    const start = this.#at;
    const end = this.#text.indexOf('"', start + 1);
    const plain = this.#text.slice(start + 1, end);
    if (end > 0 && !unusual.test(plain)) {
      this.#at = end + 1;
      return plain;
    }
    const parts = [];
    this.#at += 1;
    for (; ; ) {
      parts.push(this.#match(plainCharacters) ?? "");
      const next = this.#text[this.#at];
      if (next === '"') break;
      const escape = next === "\\" ? this.#match(escapeSequence) : void 0;
      if (escape === void 0) return this.#fail("a string is not closed or holds a raw control or a bad escape");
      parts.push(unescape(escape));
    }
    this.#at += 1;
    const text = parts.join("");
    if (loneSurrogate.test(text)) this.#fail("a lone surrogate", start);
    return text;
  }
  #number() {
    const start = this.#at;
    const token = this.#match(numberToken);
    if (token === void 0 || token === "") return this.#fail("a value was expected");
    const value = Number(token);
    if (!Number.isFinite(value) || String(value) !== token) this.#fail("a number is not in its canonical form", start);
    return value;
  }
  #match(pattern) {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0];
    if (match !== void 0) this.#at += match.length;
    return match;
  }
  #skip() {
    if (this.#text.charCodeAt(this.#at) <= 32) this.#match(whitespace);
  }
  #take(character) {
    this.#skip();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }
  #fail(reason, at = this.#at) {
    throw new JsonFault(reason, at);
  }
};
function unescape(escape) {
  const kind = escape[1] ?? "";
  return kind === "u" ? String.fromCharCode(parseInt(escape.slice(2), 16)) : simpleEscapes[kind] ?? kind;
}
var quote = (text) => JSON.stringify(text.slice(0, 64)).replace(
  /[^\x20-\x7e]/g,
  (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
);
function isPlainObject(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

// src/action/escape.ts
var maxShown = 4e3;
function oneLine(text) {
  const clipped = text.length > maxShown ? `${text.slice(0, maxShown)}\u2026` : text;
  return clipped.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ").replaceAll("##[", "## [").replace(/^\s*::/, ": :");
}

// src/action/fault.ts
var isObject = (value) => typeof value === "object" && value !== null;
var faultMember = (fault, name) => isObject(fault) ? fault[name] : void 0;
function faultCode(fault) {
  const code = faultMember(fault, "code");
  return typeof code === "string" ? code : void 0;
}
function faultChain(fault) {
  const chain = [];
  for (let at = fault; isObject(at) && chain.length < 8; at = at["cause"]) chain.push(at);
  return chain;
}

// src/action/sources/bounded-fetch.ts
var TooLarge = class extends Error {
  constructor(maxBytes3) {
    super(`its answer has more than ${maxBytes3} bytes`);
  }
};
async function readBounded(stream, maxBytes3) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > maxBytes3) throw new TooLarge(maxBytes3);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

// src/action/sources/outage.ts
function describeOutage(fault, limit) {
  if (limit.aborted) return "it did not finish its answer in time";
  const chain = faultChain(fault);
  const tooLarge = chain.find((link) => link instanceof TooLarge);
  if (tooLarge !== void 0) return tooLarge.message;
  const code = chain.map(faultCode).find((word) => word !== void 0);
  return code === void 0 ? "it could not be asked" : `it could not be reached (${code})`;
}

// src/action/issuer/exchange.ts
async function exchange(question) {
  const { HttpClient: Client } = await import("./http-client.js");
  const client = new Client("countersign-gate", [], { allowRedirects: false, allowRetries: false });
  try {
    return await endedBy(question.limit, ask(client, question));
  } finally {
    client.dispose();
  }
}
async function ask(client, { method, address, token, body, maxBytes: maxBytes3, limit, read }) {
  const headers = {
    accept: "application/json",
    ...token !== void 0 && { authorization: `Bearer ${token}` },
    ...body !== void 0 && { "content-type": "application/json" }
  };
  const asking = method === "GET" ? client.get(address, headers) : client.post(address, body ?? "", headers);
  const { message } = await asking;
  limit.addEventListener("abort", () => message.destroy(), { once: true });
  const status = message.statusCode ?? 0;
  const described = describeStatus(status, message.headers.location);
  if (!read.includes(status)) {
    message.destroy();
    return { status, described, body: new Uint8Array() };
  }
  return { status, described, body: await readBounded(message, maxBytes3) };
}
var describeStatus = (status, location) => location === void 0 ? `it answered ${status}` : `it answered ${status}, a redirect, which is not followed`;
async function endedBy(limit, work) {
  const ended = new Promise((_, reject) => {
    limit.addEventListener("abort", () => reject(new Error("ended")), { once: true });
  });
  return Promise.race([work, ended]);
}

// src/action/issuer/problem.ts
var toldStatuses = [400, 401, 403, 409, 503];
function readObject(body) {
  const json = parseJson(body);
  return json.ok && isPlainObject(json.value) ? json.value : {};
}
var safeText = (value) => typeof value === "string" && value.length <= 256 && isSafeText(value) ? value : void 0;
function describeProblem({ described, body }) {
  const { error: error2 } = readObject(body);
  const told = isPlainObject(error2) ? [safeText(error2["code"]), safeText(error2["message"])] : [];
  const words = told.filter((word) => word !== void 0 && word !== "").join(": ");
  return words === "" ? described : `${described} (${words})`;
}

// src/action/issuer/execution.ts
var outcomes = ["success", "failure", "cancelled"];
var maxBytes = 64 * 1024;
async function publishExecution(execution, { issuer, receipt, tokens }, limit) {
  const answer = await tokens.take(limit);
  if (!answer.ok) return answer.fault.problem;
  const address = `${issuer}/v1/receipts/${receipt}/executions`;
  const body = JSON.stringify(execution);
  try {
    const reply = await exchange({
      method: "POST",
      address,
      token: answer.value.token,
      body,
      maxBytes,
      limit,
      read: toldStatuses
    });
    return reply.status === 200 ? void 0 : `the issuer ${issuer}: ${describeProblem(reply)}`;
  } catch (fault) {
    return `the issuer ${issuer}: ${describeOutage(fault, limit)}`;
  }
}

// src/action/issuer/execution-report.ts
var limitMs = 5e3;
function readKept({ kept }) {
  const issuer = parseOrigin(kept("issuer"));
  const receipt = parseReceiptId(kept("receipt"));
  return issuer === void 0 || receipt === void 0 ? void 0 : { issuer, receipt };
}
var endReport = (place, jobStatus, notebook) => harmlessly(notebook, async () => {
  const outcome = outcomes.find((word) => word === jobStatus);
  if (outcome === void 0) return "the runner did not say how the job ended";
  return publishExecution({ event: "finished", outcome }, place, AbortSignal.timeout(limitMs));
});
async function harmlessly({ warn }, act) {
  const problem = await act().catch(() => "the runner could not be written to");
  if (problem !== void 0) warn(oneLine(`What ran under this receipt was not recorded: ${problem}.`));
}

// src/action/issuer/id-token.ts
var maxBytes2 = 64 * 1024;
var IdTokens = class {
  #place;
  /** Asked for its claims and not shown to anybody yet. */
  #spare;
  /** A service that is down costs its time limit once. */
  #outage;
  #environment;
  constructor(place) {
    this.#place = place;
  }
  /** Whether the runner gives this job any: `permissions: id-token: write`. */
  get arePermitted() {
    return (this.#place.env["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "") !== "";
  }
  /** A token that nobody has seen yet: the issuer takes each but once. */
  async take(limit) {
    const spare = this.#spare;
    this.#spare = void 0;
    return spare ?? this.#ask(limit);
  }
  /** As GitHub names it to this job; once known it stays. */
  async environment(limit) {
    if (!this.arePermitted) return { kind: "no token" };
    if (this.#environment !== void 0) return this.#environment;
    const answer = await this.#ask(limit);
    if (!answer.ok) return { kind: "unknown", problem: answer.fault.problem };
    this.#spare = answer;
    const { environment } = answer.value;
    this.#environment = environment === void 0 ? { kind: "unnamed" } : { kind: "named", environment };
    return this.#environment;
  }
  /** One that fails spoils one try, not all of a job that waits. */
  forgetOutage() {
    this.#outage = void 0;
  }
  async #ask(limit) {
    const answer = this.#outage ?? await this.#fetch(limit);
    if (!answer.ok) this.#outage = answer;
    return answer;
  }
  async #fetch(limit) {
    const { env, audience, mask } = this.#place;
    if (!this.arePermitted) {
      const problem = "the job may not ask GitHub for an OIDC token: give it `permissions: id-token: write`";
      return { ok: false, fault: { kind: "not permitted", problem } };
    }
    const address = `${env["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? ""}&audience=${encodeURIComponent(audience)}`;
    const bearer = env["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] ?? "";
    try {
      const reply = await exchange({ method: "GET", address, token: bearer, maxBytes: maxBytes2, limit, read: [200] });
      return reply.status === 200 ? readAnswer(reply.body, mask) : unreachable(reply.described);
    } catch (fault) {
      return unreachable(describeOutage(fault, limit));
    }
  }
};
var unreachable = (problem) => ({
  ok: false,
  fault: { kind: "unreachable", problem: `GitHub's token service gave no OIDC token (${problem})` }
});
function readAnswer(body, mask) {
  try {
    const { value } = JSON.parse(Buffer.from(body).toString());
    if (typeof value !== "string" || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(value))
      return unreachable("its answer holds none");
    mask(value);
    const claims = JSON.parse(Buffer.from(value.split(".")[1] ?? "", "base64url").toString());
    const environment = "environment" in claims ? claims.environment : void 0;
    return {
      ok: true,
      value: {
        token: value,
        environment: environment === void 0 ? void 0 : typeof environment === "string" ? environment : "one that is no text"
      }
    };
  } catch {
    return unreachable("its answer cannot be read");
  }
}

// node_modules/@actions/core/lib/command.js
var os = __toESM(require_os(), 1);

// node_modules/@actions/core/lib/utils.js
function toCommandValue(input) {
  if (input === null || input === void 0) {
    return "";
  } else if (typeof input === "string" || input instanceof String) {
    return input;
  }
  return JSON.stringify(input);
}
function toCommandProperties(annotationProperties) {
  if (!Object.keys(annotationProperties).length) {
    return {};
  }
  return {
    title: annotationProperties.title,
    file: annotationProperties.file,
    line: annotationProperties.startLine,
    endLine: annotationProperties.endLine,
    col: annotationProperties.startColumn,
    endColumn: annotationProperties.endColumn
  };
}

// node_modules/@actions/core/lib/command.js
function issueCommand(command, properties, message) {
  const cmd = new Command(command, properties, message);
  process.stdout.write(cmd.toString() + os.EOL);
}
var CMD_STRING = "::";
var Command = class {
  constructor(command, properties, message) {
    if (!command) {
      command = "missing.command";
    }
    this.command = command;
    this.properties = properties;
    this.message = message;
  }
  toString() {
    let cmdStr = CMD_STRING + this.command;
    if (this.properties && Object.keys(this.properties).length > 0) {
      cmdStr += " ";
      let first = true;
      for (const key in this.properties) {
        if (this.properties.hasOwnProperty(key)) {
          const val = this.properties[key];
          if (val) {
            if (first) {
              first = false;
            } else {
              cmdStr += ",";
            }
            cmdStr += `${key}=${escapeProperty(val)}`;
          }
        }
      }
    }
    cmdStr += `${CMD_STRING}${escapeData(this.message)}`;
    return cmdStr;
  }
};
function escapeData(s) {
  return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}
function escapeProperty(s) {
  return toCommandValue(s).replace(/%/g, "%25").replace(/\r/g, "%0D").replace(/\n/g, "%0A").replace(/:/g, "%3A").replace(/,/g, "%2C");
}

// node_modules/@actions/core/lib/file-command.js
var crypto = __toESM(require_crypto(), 1);
var fs = __toESM(require_fs(), 1);
var os2 = __toESM(require_os(), 1);
function issueFileCommand(command, message) {
  const filePath = process.env[`GITHUB_${command}`];
  if (!filePath) {
    throw new Error(`Unable to find environment variable for file command ${command}`);
  }
  if (!fs.existsSync(filePath)) {
    throw new Error(`Missing file at path: ${filePath}`);
  }
  fs.appendFileSync(filePath, `${toCommandValue(message)}${os2.EOL}`, {
    encoding: "utf8"
  });
}
function prepareKeyValueMessage(key, value) {
  const delimiter = `ghadelimiter_${crypto.randomUUID()}`;
  const convertedValue = toCommandValue(value);
  if (key.includes(delimiter)) {
    throw new Error(`Unexpected input: name should not contain the delimiter "${delimiter}"`);
  }
  if (convertedValue.includes(delimiter)) {
    throw new Error(`Unexpected input: value should not contain the delimiter "${delimiter}"`);
  }
  return `${key}<<${delimiter}${os2.EOL}${convertedValue}${os2.EOL}${delimiter}`;
}

// node_modules/@actions/core/lib/core.js
var ExitCode;
(function(ExitCode2) {
  ExitCode2[ExitCode2["Success"] = 0] = "Success";
  ExitCode2[ExitCode2["Failure"] = 1] = "Failure";
})(ExitCode || (ExitCode = {}));
function setSecret(secret) {
  issueCommand("add-mask", {}, secret);
}
function getInput(name, options) {
  const val = process.env[`INPUT_${name.replace(/ /g, "_").toUpperCase()}`] || "";
  if (options && options.required && !val) {
    throw new Error(`Input required and not supplied: ${name}`);
  }
  if (options && options.trimWhitespace === false) {
    return val;
  }
  return val.trim();
}
function warning(message, properties = {}) {
  issueCommand("warning", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function saveState(name, value) {
  const filePath = process.env["GITHUB_STATE"] || "";
  if (filePath) {
    return issueFileCommand("STATE", prepareKeyValueMessage(name, value));
  }
  issueCommand("save-state", { name }, toCommandValue(value));
}
function getState(name) {
  return process.env[`STATE_${name}`] || "";
}

// src/action/inputs.ts
var jobStatusInput = "job-status";

// src/action/runner.ts
var readJobStatus = () => getInput(jobStatusInput);
var hideSecret = (secret) => setSecret(secret);
var openNotebook = () => ({
  keep: saveState,
  kept: getState,
  warn: (text) => warning(text, { title: "Countersign" })
});

// src/post.ts
async function report() {
  const notebook = openNotebook();
  const kept = readKept(notebook);
  if (kept === void 0) return;
  const tokens = new IdTokens({ env: process.env, audience: kept.issuer, mask: hideSecret });
  await endReport({ ...kept, tokens }, readJobStatus(), notebook);
}
await report().catch(() => void 0);
process.stdout.write("", () => process.exit(0));
