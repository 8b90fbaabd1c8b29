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
  constructor(maxBytes5) {
    super(`its answer has more than ${maxBytes5} bytes`);
  }
};
async function readBounded(stream, maxBytes5) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > maxBytes5) throw new TooLarge(maxBytes5);
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
async function ask(client, { method, address, token, body, maxBytes: maxBytes5, limit, read }) {
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
  return { status, described, body: await readBounded(message, maxBytes5) };
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
  const { error } = readObject(body);
  const told = isPlainObject(error) ? [safeText(error["code"]), safeText(error["message"])] : [];
  const words = told.filter((word) => word !== void 0 && word !== "").join(": ");
  return words === "" ? described : `${described} (${words})`;
}

// src/action/issuer/execution.ts
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
var beginReport = (place, notebook) => harmlessly(notebook, async () => {
  notebook.keep("issuer", place.issuer);
  notebook.keep("receipt", place.receipt);
  return publishExecution({ event: "started" }, place, AbortSignal.timeout(limitMs));
});
async function harmlessly({ warn }, act) {
  const problem = await act().catch(() => "the runner could not be written to");
  if (problem !== void 0) warn(oneLine(`What ran under this receipt was not recorded: ${problem}.`));
}

// src/action/issuer/client.ts
var maxBytes2 = 64 * 1024;
var issuerClient = (place) => ({
  fetchStatus: (receipt, limit) => fetchSigned(place, `/v1/receipts/${receipt}/status`, limit),
  fetchKeySet: (limit) => fetchSigned({ ...place, isPublic: true }, "/.well-known/countersign-keys.json", limit),
  redeem: (receipt, limit) => redeem(place, receipt, limit)
});
var privateHint = " (what belongs to a private repository is told to jobs with `id-token: write` alone)";
async function fetchSigned({ issuer, tokens, isPublic }, path, limit) {
  try {
    const shown = isPublic === true ? void 0 : await showToken(tokens, limit);
    const address = `${issuer}${path}`;
    const reply = await exchange({ method: "GET", address, token: shown, maxBytes: maxBytes2, limit, read: [200] });
    if (reply.status === 200) return { ok: true, value: reply.body };
    const hint = reply.status === 404 && !tokens.arePermitted ? privateHint : "";
    return { ok: false, fault: { kind: "refused", problem: `${reply.described}${hint}` } };
  } catch (fault) {
    return { ok: false, fault: { kind: "unreachable", problem: describeOutage(fault, limit) } };
  }
}
async function showToken(tokens, limit) {
  if (!tokens.arePermitted) return void 0;
  const answer = await tokens.take(limit);
  return answer.ok ? answer.value.token : void 0;
}
async function redeem({ issuer, tokens }, receipt, limit) {
  const answer = await tokens.take(limit);
  if (!answer.ok) return answer.fault;
  const address = `${issuer}/v1/receipts/${receipt}/redemptions`;
  try {
    const { token } = answer.value;
    const reply = await exchange({ method: "POST", address, token, maxBytes: maxBytes2, limit, read: [200, ...toldStatuses] });
    return reply.status === 200 ? { kind: "answered", body: reply.body } : readRefusal(reply);
  } catch (fault) {
    return { kind: "unreachable", problem: describeOutage(fault, limit) };
  }
}
function readRefusal(reply) {
  const answer = readObject(reply.body);
  const run = isPlainObject(answer["run"]) ? answer["run"] : {};
  const at = safeText(answer["at"]);
  const told = isPlainObject(answer["error"]) ? answer["error"]["code"] : void 0;
  const code = reply.status === 409 ? told : void 0;
  if (code === "already_used") return { kind: code, at, run: safeText(run["url"]) ?? safeText(run["id"]) };
  if (code === "revoked" || code === "expired") return { kind: code };
  const problem = describeProblem(reply);
  return reply.status === 403 && told !== void 0 ? { kind: "not permitted", problem: `the issuer does not take that from this job: ${problem}` } : { kind: "unreachable", problem };
}

// src/action/issuer/id-token.ts
var nobody = "countersign";
var maxBytes3 = 64 * 1024;
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
      const reply = await exchange({ method: "GET", address, token: bearer, maxBytes: maxBytes3, limit, read: [200] });
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

// src/action/issuer/list.ts
var maxBytes4 = 1024 * 1024;
var maxCandidates = 50;
function issuerReceipts(wanted, { issuer, tokens }) {
  return {
    name: `the issuer ${issuer}`,
    find: async (limit, tree) => {
      try {
        const address = `${issuer}/v1/receipts?${queryFor(wanted, tree)}`;
        const token = await showToken(tokens, limit);
        const reply = await exchange({ method: "GET", address, token, maxBytes: maxBytes4, limit, read: [200] });
        return reply.status === 200 ? parseAnswer(reply.body) : unreachable2(reply.described);
      } catch (fault) {
        return unreachable2(describeOutage(fault, limit));
      }
    }
  };
}
function queryFor({ environment, deployment }, tree) {
  const { repository, repositoryId, sha } = deployment;
  const query = new URLSearchParams({ repository, repository_id: String(repositoryId), environment, sha });
  if (tree !== void 0) query.set("tree", tree);
  return query.toString();
}
var unreachable2 = (problem) => ({ candidates: [], problem });
function parseAnswer(body) {
  const json = parseJson(body);
  if (!json.ok) return unreachable2(`its answer (200) is not the JSON that was asked for: ${json.reason}`);
  const receipts = isPlainObject(json.value) ? json.value["receipts"] : void 0;
  if (!Array.isArray(receipts)) return unreachable2('its answer (200) has no list "receipts"');
  const cut = receipts.length > maxCandidates ? `it lists more than ${maxCandidates} receipts` : void 0;
  return { candidates: receipts.slice(0, maxCandidates), cut };
}

// src/action/issuer/open-issuer.ts
var openIdentity = ({ env, mask }) => new IdTokens({ env, mask, audience: nobody });
function openIssuer(ask2, { issuer, runId, env, mask }) {
  const tokens = new IdTokens({ env, audience: issuer, mask });
  return {
    source: issuerReceipts(ask2, { issuer, tokens }),
    tools: { client: issuerClient({ issuer, tokens }), runId },
    identity: tokens,
    beginReport: async (receipt, notebook) => {
      if (tokens.arePermitted) await beginReport({ issuer, receipt, tokens }, notebook);
    }
  };
}
export {
  openIdentity,
  openIssuer
};
