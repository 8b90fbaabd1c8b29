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
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
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

// builtin:path
var require_path = __commonJS({
  "builtin:path"(exports, module) {
    module.exports = process.getBuiltinModule("node:path");
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
function parseLogin(value) {
  const text = matching(patterns.login)(value);
  return text !== void 0 && isSafeText(text) ? text : void 0;
}
function parseEnvironment(value) {
  const text = matching(patterns.environment)(value);
  if (text === void 0 || text.includes("..") || text.includes("//") || /[/.]$/.test(text)) return void 0;
  return text;
}
var loopbackHosts = /* @__PURE__ */ new Set(["localhost", "127.0.0.1", "[::1]"]);
function parseOrigin(value) {
  const text = matching(patterns.origin)(value);
  if (text === void 0 || text.length > 255 || !URL.canParse(text)) return void 0;
  const url = new URL(text);
  const secure = url.protocol === "https:" || url.protocol === "http:" && loopbackHosts.has(url.hostname);
  return secure && url.origin === text ? text : void 0;
}
var sameRepository = (a, b) => a.toLowerCase() === b.toLowerCase();

// src/protocol/times.ts
var secondsPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
var durationPattern = /^(0|[1-9][0-9]{0,3}(?:s|m|h|d))$/;
function parseSecondsTime(value) {
  if (typeof value !== "string" || !secondsPattern.test(value)) return void 0;
  return new Date(value).getUTCDate() === Number(value.slice(8, 10)) ? value : void 0;
}
var secondsTimeToMs = (time3) => Date.parse(time3);
function printSecondsTime(ms) {
  const text = new Date(ms).toISOString();
  if (text.length !== 24) throw new RangeError("time outside the years 0 to 9999");
  return `${text.slice(0, 19)}Z`;
}
var unitMs = { s: 1e3, m: 6e4, h: 36e5, d: 864e5 };
function parseDuration(value) {
  if (typeof value !== "string" || !durationPattern.test(value)) return void 0;
  if (value === "0") return 0;
  return Number(value.slice(0, -1)) * unitMs[value.slice(-1)];
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
var escaped = /[^\x20-\x21\x23-\x5b\x5d-\x7e]/;
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
function canonicalJson(value, budget = { left: Infinity }) {
  return printValue(value, 1, budget);
}
var canonicalBytes = (value) => encodeUtf8(canonicalJson(value));
function encodeUtf8(text) {
  const encoder = new TextEncoder();
  const bytes = new Uint8Array(text.length);
  return encoder.encodeInto(text, bytes).read === text.length ? bytes : encoder.encode(text);
}
function printValue(value, depth, budget) {
  const scalar = printScalar(value);
  budget.left -= scalar?.length ?? "[]".length;
  if (!(budget.left >= 0)) throw new TypeError("too long");
  if (scalar !== void 0) return scalar;
  if (typeof value !== "object" || depth > maxDepth) throw new TypeError("not a canonical JSON value");
  if (Array.isArray(value)) return `[${Array.from(value, (item) => printValue(item, depth + 1, budget)).join(",")}]`;
  if (!isPlainObject(value)) throw new TypeError("not a plain object");
  let members = "";
  for (const name of Object.keys(value).sort()) {
    const comma = members === "" ? "" : ",";
    members += `${comma}${printValue(name, depth, budget)}:${printValue(value[name], depth + 1, budget)}`;
  }
  return `{${members}}`;
}
function printScalar(value) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") return Number.isFinite(value) ? String(value) : void 0;
  if (typeof value !== "string") return void 0;
  if (!escaped.test(value)) return `"${value}"`;
  return loneSurrogate.test(value) ? void 0 : JSON.stringify(value);
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

// src/protocol/crypto.node.ts
var crypto_node_exports = {};
__export(crypto_node_exports, {
  decodeBase64url: () => decodeBase64url,
  encodeBase64url: () => encodeBase64url,
  equalBytes: () => equalBytes,
  hkdfSha256: () => hkdfSha256,
  hmacSha256: () => hmacSha256,
  rsa: () => rsa,
  sha256: () => sha256,
  verifyEd25519: () => verifyEd25519
});
var import_node_crypto = __toESM(require_crypto(), 1);
var spkiPrefix = Uint8Array.from([48, 42, 48, 5, 6, 3, 43, 101, 112, 3, 33, 0]);
function verifyEd25519(publicKey, message, signature) {
  return (0, import_node_crypto.verify)(null, message, importEd25519(publicKey), signature);
}
var knownKeys = /* @__PURE__ */ new Map();
var maxKnownKeys = 16;
function importEd25519(publicKey) {
  const name = encodeBase64url(publicKey);
  const known = knownKeys.get(name);
  if (known !== void 0) return known;
  const key = (0, import_node_crypto.createPublicKey)({ key: Buffer.concat([spkiPrefix, publicKey]), format: "der", type: "spki" });
  const [oldest] = knownKeys.keys();
  if (oldest !== void 0 && knownKeys.size >= maxKnownKeys) knownKeys.delete(oldest);
  knownKeys.set(name, key);
  return key;
}
var sha256 = (bytes) => new Uint8Array((0, import_node_crypto.createHash)("sha256").update(bytes).digest());
var hmacSha256 = (key, message) => new Uint8Array((0, import_node_crypto.createHmac)("sha256", key).update(message).digest());
var hkdfSha256 = ({ secret, salt, info: info2, length }) => new Uint8Array((0, import_node_crypto.hkdfSync)("sha256", secret, salt, info2, length));
var equalBytes = (a, b) => (0, import_node_crypto.timingSafeEqual)(a, b);
function decodeBase64url(text) {
  const { buffer, byteOffset, length } = Buffer.from(text, "base64url");
  return new Uint8Array(buffer, byteOffset, length);
}
var encodeBase64url = (bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64url");
var rsa = {
  importKey(source) {
    const handle = toKeyObject(source);
    if (handle?.type !== "public" || handle.asymmetricKeyType !== "rsa") return void 0;
    const { modulusLength: bits, publicExponent: exponent } = handle.asymmetricKeyDetails ?? {};
    const { n, e } = "n" in source ? source : handle.export({ format: "jwk" });
    if (bits === void 0 || exponent === void 0 || n === void 0 || e === void 0) return void 0;
    return Object.freeze({ handle, bits, exponent, n, e });
  },
  // PKCS#1 v1.5 is what node:crypto does for keys of type rsa; to say so with `padding` doubles the time, measured.
  verify: ({ handle }, message, signature) => (0, import_node_crypto.verify)("sha256", message, handle, signature)
};
function toKeyObject(source) {
  if ("pem" in source) return (0, import_node_crypto.createPublicKey)(source.pem);
  if ("n" in source) return (0, import_node_crypto.createPublicKey)({ key: { kty: "RSA", n: source.n, e: source.e }, format: "jwk" });
  return source.object instanceof import_node_crypto.KeyObject ? source.object : void 0;
}

// src/protocol/crypto.ts
var order = littleEndian("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
var prime = littleEndian("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");
var smallOrderY = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0000000000000000000000000000000000000000000000000000000000000001",
  "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
  "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
  "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7"
].map(littleEndian);
function verifyEd255192({ publicKey, message, signature }, library = crypto_node_exports) {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const r = signature.subarray(0, 32);
  if (!isBelow(signature.subarray(32), order) || !isStrictPoint(publicKey) || !isStrictPoint(r)) return false;
  try {
    return library.verifyEd25519(publicKey, message, signature);
  } catch {
    return false;
  }
}
function isStrictPoint(encoding) {
  const y = Uint8Array.from(encoding);
  y[31] = (y[31] ?? 0) & 127;
  return isBelow(y, prime) && !smallOrderY.some((small) => small.every((byte, i) => byte === y[i]));
}
function isBelow(value, limit) {
  for (let i = 31; i >= 0; i--) {
    const difference = (value[i] ?? 0) - (limit[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
function littleEndian(hex) {
  return hexToBytes(hex).reverse();
}
var sha2562 = (bytes) => sha256(bytes);
var decodeBase64url2 = (text) => decodeBase64url(text);
var encodeBase64url2 = (bytes) => encodeBase64url(bytes);
function hexToBytes(hex) {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = digitAt(hex, 2 * i) << 4 | digitAt(hex, 2 * i + 1);
  return bytes;
}
function digitAt(hex, at) {
  const code2 = hex.charCodeAt(at);
  return (code2 & 15) + (code2 > 57 ? 9 : 0);
}
function bytesToHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
var publicKeyBytes = (key) => hexToBytes(key.slice("pp_pk_".length));
var signatureBytes = (signature) => hexToBytes(signature.slice("ed25519:".length));

// src/protocol/base64url.ts
function parseBase64url(text, platform = { decodeBase64url: decodeBase64url2, encodeBase64url: encodeBase64url2 }) {
  const bytes = platform.decodeBase64url(text);
  return bytes !== void 0 && platform.encodeBase64url(bytes) === text ? bytes : void 0;
}

// src/protocol/shape.ts
var ShapeFault = class extends Error {
  constructor(path, problem) {
    super(`${path === "" ? "the document" : path} ${problem}`);
  }
};
function readMembers({ value, path }, readers) {
  if (!isPlainObject(value)) throw new ShapeFault(path, "must be an object");
  const at = (name) => path === "" ? name : `${path}.${name}`;
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(readers, name)) throw new ShapeFault(at(quote(name)), "is not a known member");
  }
  const read = {};
  for (const [name, reader] of Object.entries(readers)) {
    if (Object.hasOwn(value, name)) read[name] = reader(value[name], at(name));
    else if (!optionalReaders.has(reader)) throw new ShapeFault(at(name), "is missing");
  }
  return read;
}
var optionalReaders = /* @__PURE__ */ new WeakSet();
function optional(reader) {
  const read = (value, path) => reader(value, path);
  optionalReaders.add(read);
  return read;
}
var by = (parse, expected) => (value, path) => {
  const parsed = parse(value);
  if (parsed === void 0) throw new ShapeFault(path, `must be ${expected}`);
  return parsed;
};
var oneOf = (...words2) => by((value) => words2.find((word) => word === value), words2.map((word) => `"${word}"`).join(" or "));
var listOf = (reader, { min, max }) => (value, path) => {
  if (!Array.isArray(value)) throw new ShapeFault(path, "must be an array");
  if (value.length < min || value.length > max) throw new ShapeFault(path, `must hold ${min} to ${max} items`);
  return value.map((item, i) => reader(item, `${path}[${i}]`));
};

// src/protocol/scope.ts
var sha = "40 or 64 lower-case hex digits";
var scopeMembers = {
  repository: by(parseRepositoryName, "owner/name"),
  repositoryId: by(parseRepositoryId, "a non-negative safe integer"),
  sha: by(parseCommitSha, sha),
  tree: by(parseTreeSha, sha),
  environment: by(parseEnvironment, "an environment name (a-z 0-9 . _ / -, at most 63 characters)"),
  pullRequest: optional(by((value) => parseRepositoryId(value), "a non-negative safe integer")),
  since: optional(by(parseCommitSha, sha))
};
var readScope = (value, path) => readMembers({ value, path }, scopeMembers);
function sayRange({ sha: sha2, since }) {
  if (since === void 0) return "no earlier authorization is named";
  return since === sha2 ? "nothing new: this commit was authorized before" : `everything since ${since.slice(0, 7)}`;
}
var comparisonPath = ({ sha: sha2, since }) => since === void 0 || since === sha2 ? void 0 : `/compare/${since}...${sha2}`;

// src/protocol/receipt.ts
var flagWords = ["emergency", "escalated", "fresh", "once", "self"];
var proofWords = ["comment", "passkey"];
var maxSignedBytes = 4096;
var maxReceiptBytes = 16384;
var maxApprovals = 6;
var count = by((value) => parseRepositoryId(value), "a non-negative safe integer");
var digest = by(parseDigest, '"sha256:" and 64 lower-case hex digits');
var login = by(parseLogin, '1 to 64 printable ASCII characters without ` $ " \\ <');
var time = by(parseSecondsTime, "a time YYYY-MM-DDTHH:MM:SSZ that exists");
var statementMembers = { kind: oneOf("issue_comment"), id: count, digest };
var approvalMembers = {
  login,
  id: by(parseAccountId, "a non-negative safe integer"),
  role: login,
  at: time,
  statement: (value, path) => readMembers({ value, path }, statementMembers),
  binding: oneOf("commit", "head"),
  proof: oneOf(...proofWords)
};
var readAction = by(
  (value) => typeof value === "string" && /^[a-z]{1,32}$/.test(value) ? value : void 0,
  'a lower-case word, such as "deploy"'
);
var receiptMembers = {
  type: oneOf("countersign.receipt/v1"),
  id: by(parseReceiptId, "rcpt_dg_ or rcpt_bg_ and a lower-case ULID"),
  action: readAction,
  scope: readScope,
  authorizedBy: login,
  approvals: listOf((value, path) => readMembers({ value, path }, approvalMembers), {
    min: 1,
    max: maxApprovals
  }),
  flags: listOf(oneOf(...flagWords), { min: 0, max: flagWords.length }),
  issuedAt: time,
  expiresAt: time,
  issuer: by(parseOrigin, "an origin without path (https, or http on loopback)"),
  decision: by(parseDecisionId, "dec_ and a lower-case ULID"),
  evidence: digest,
  policy: digest,
  publicKey: by(parsePublicKey, "pp_pk_ and 64 lower-case hex digits"),
  signature: by(parseSignature, "ed25519: and 128 lower-case hex digits")
};
function parseReceipt(value) {
  try {
    const receipt = readMembers({ value, path: "" }, receiptMembers);
    checkRelations(receipt);
    return { ok: true, value: receipt };
  } catch (fault) {
    if (fault instanceof ShapeFault) return { ok: false, fault: fault.message };
    throw fault;
  }
}
function checkRelations({ approvals, authorizedBy, flags, id, issuedAt, expiresAt }) {
  if (!isSortedStrictly(flags)) throw new ShapeFault("flags", "must be sorted, without repeats");
  if (id.startsWith("rcpt_bg_") !== flags.includes("emergency")) {
    throw new ShapeFault("id", 'must begin with rcpt_bg_ exactly when the flag "emergency" stands');
  }
  const people = new Set(approvals.map((approval) => approval.id));
  if (people.size !== approvals.length) throw new ShapeFault("approvals", "must come from different accounts");
  if (!approvals.every((approval, i) => i === 0 || (approvals[i - 1]?.at ?? "") <= approval.at)) {
    throw new ShapeFault("approvals", 'must stand in the order of "at"');
  }
  if (approvals.at(-1)?.login !== authorizedBy) {
    throw new ShapeFault("authorizedBy", "must be the login of the last approval");
  }
  if (!(secondsTimeToMs(issuedAt) < secondsTimeToMs(expiresAt))) {
    throw new ShapeFault("expiresAt", "must be later than issuedAt");
  }
}
var isSortedStrictly = (words2) => words2.every((word, i) => i === 0 || (words2[i - 1] ?? "") < word);
function signingBytes(signed) {
  const { signature: _, ...body } = signed;
  return canonicalBytes(body);
}

// src/protocol/keys.ts
function parsePinnedKeys(text) {
  const keys = /* @__PURE__ */ new Map();
  const problems = [];
  for (const [i, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "") continue;
    const pin = parsePin(line);
    if (typeof pin === "string") problems.push(`line ${i + 1}: ${pin}`);
    else if (keys.has(pin.key)) problems.push(`line ${i + 1}: this key stands on an earlier line too; keep one of them`);
    else keys.set(pin.key, pin);
  }
  if (keys.size === 0 && problems.length === 0) {
    problems.push("no key is pinned; give the pp_pk_\u2026 line that the issuer prints when it starts");
  }
  return problems.length > 0 ? { ok: false, fault: problems } : { ok: true, value: keys };
}
function parsePin(line) {
  const [first = "", second2, ...more] = line.split(" ");
  const key = parsePublicKey(first);
  if (key === void 0) return describeKeyFault(first);
  if (!isStrictPoint(publicKeyBytes(key)))
    return "this key is of small order or not canonical: anyone could sign under it";
  if (more.length > 0) return "only one word may follow a key: until=<time> or revoked";
  if (second2 === void 0) return { key, status: "trusted" };
  if (second2 === "revoked") return { key, status: "revoked" };
  const until = second2.startsWith("until=") ? parseSecondsTime(second2.slice("until=".length)) : void 0;
  if (until === void 0) return 'after the key only "until=YYYY-MM-DDTHH:MM:SSZ" or "revoked" may stand';
  return { key, status: "until", until };
}
function describeKeyFault(word) {
  if (/[^\x21-\x7e]/.test(word))
    return "a tab or an invisible character stands in the line; retype it with plain spaces";
  if (!word.startsWith("pp_pk_")) return "a pinned key begins with pp_pk_ and has 64 lower-case hex digits";
  const digits = word.slice("pp_pk_".length);
  if (digits.length !== 64) return `a pinned key has 64 hex digits after pp_pk_, this one has ${digits.length}`;
  return "a pinned key has only the digits 0-9 and a-f after pp_pk_, in lower case";
}
function pinTakes(pin, issuedAt) {
  switch (pin.status) {
    case "trusted":
      return true;
    case "until":
      return secondsTimeToMs(issuedAt) <= secondsTimeToMs(pin.until);
    case "revoked":
      return false;
  }
}

// src/protocol/refusals.ts
var or = (value, otherwise) => value ?? otherwise;
var renamed = (before, now) => ({
  what: `The receipt names its repository ${before}, which is called ${now} now: it was renamed or transferred after the receipt was issued.`,
  fix: `${newReceipt}: a receipt counts for the name that was authorized.`
});
var newReceipt = "Ask a reviewer to authorize this commit again";
var words = {
  receipt_missing: ({ asked, sources }) => ({
    what: `No receipt authorizes ${asked.sha} for ${asked.environment} (asked: ${sources.join(", ") || "nobody"}).`,
    fix: `Have someone who may approve comment exactly \`/authorize ${asked.environment} ${asked.sha}\` on ${asked.pullRequest === void 0 ? "the pull request of this commit" : `pull request #${asked.pullRequest}`}, then run this job again.`
  }),
  receipt_malformed: ({ problem }) => ({
    what: `What was given as a receipt is not one: ${problem}.`,
    fix: "Give the receipt exactly as the issuer made it (the JSON in the check run, or GET /v1/receipts/{id})."
  }),
  receipt_too_large: ({ problem }) => ({
    what: `The receipt is too large: ${problem}.`,
    fix: "A receipt file has at most 16 KiB, its signed part at most 4096 bytes. Give the receipt alone."
  }),
  key_not_pinned: ({ publicKey }) => ({
    what: `The receipt is signed with ${publicKey}, which this job does not pin.`,
    fix: `If that is your issuer's key (it prints it when it starts), add the line to the input "public-key"; otherwise do not trust this receipt.`
  }),
  key_revoked: ({ publicKey, until }) => ({
    what: until === void 0 ? `The key ${publicKey} is pinned as revoked.` : `The key ${publicKey} is pinned until ${until}, and the receipt was issued later.`,
    fix: `${newReceipt} with an issuer whose current key is pinned.`
  }),
  signature_invalid: ({ publicKey }) => ({
    what: `The signature does not fit the receipt under ${publicKey}: something in it was changed.`,
    fix: "Fetch the receipt again from GitHub or the issuer. If it still fails, treat it as forged and tell your security team."
  }),
  not_yet_valid: ({ issuedAt, now }) => ({
    what: `The receipt was issued at ${issuedAt}, and here it is ${now}.`,
    fix: "Set the clocks of the runner and of the issuer (60 seconds apart are tolerated), then run this job again."
  }),
  expired: ({ expiresAt, now }) => ({
    what: `The receipt expired at ${expiresAt}, and here it is ${now}.`,
    fix: `${newReceipt}, then run this job again.`
  }),
  lifetime_too_long: ({ seconds, maxSeconds }) => ({
    what: `The receipt lives ${seconds} seconds, and this job takes at most ${maxSeconds}.`,
    fix: `Shorten "ttl" in the issuer's policy, or raise the input "max-ttl".`
  }),
  action_mismatch: ({ authorized, deploying }) => ({
    what: `The receipt authorizes the action ${authorized}, and this job wants ${or(deploying, "an action it does not name")}.`,
    fix: 'Use a receipt for the action "deploy".'
  }),
  repository_mismatch: ({ authorized, deploying, isRenamed }) => {
    if (isRenamed === true) return renamed(authorized, or(deploying, "otherwise"));
    return {
      what: `The receipt is for repository ${authorized}, and this job deploys ${or(deploying, "a repository it does not name")}.`,
      fix: "Ask for a receipt on a pull request of the repository that is deployed. A repository made anew under an old name has another id."
    };
  },
  commit_mismatch: ({ authorized, deploying }) => ({
    what: `The receipt authorizes commit ${authorized}, and this job deploys ${or(deploying, "a commit it does not name")}.`,
    fix: "Have the commit that is deployed authorized by its full SHA, or deploy the authorized commit."
  }),
  tree_mismatch: ({ authorized, deploying }) => ({
    what: `The receipt authorizes the tree ${authorized}, and this job deploys ${or(deploying, "a tree it does not name")}.`,
    fix: "Have the commit that is deployed authorized by its full SHA."
  }),
  environment_mismatch: ({ authorized, deploying }) => ({
    what: `The receipt authorizes the environment ${authorized}, and this job deploys to ${or(deploying, "an environment it does not name")}.`,
    fix: "Ask for a receipt for this environment; the names are compared exactly."
  }),
  issuer_mismatch: ({ authorized, deploying }) => ({
    what: `The receipt names the issuer ${authorized}, and this job's "issuer-url" is ${or(deploying, "not given")}.`,
    fix: 'Correct "issuer-url", or use a receipt of that issuer.'
  }),
  too_few_approvals: ({ approvals, needed }) => ({
    what: `The receipt carries ${approvals} approval${approvals === 1 ? "" : "s"}, and this job needs ${needed}.`,
    fix: `Raise "approvals" in the issuer's policy and have more people authorize, or lower the input "min-approvals".`
  }),
  proof_too_weak: ({ proven, needed, proof }) => ({
    what: `${proven} of the approvals are proven by ${proof}, and this job needs ${needed}.`,
    fix: `Have the commit authorized again with the proof ${proof}, or change the input "require-proof".`
  }),
  flag_refused: ({ flags }) => ({
    what: `The receipt is flagged ${flags.join(", ")}, which this job does not take.`,
    fix: 'Have somebody authorize the commit without that flag, or take the word out of the input "refuse-flags" if you mean it.'
  }),
  revoked: ({ receipt, by: by2, at }) => ({
    what: `The receipt ${receipt} was revoked${by2 === void 0 ? "" : ` by ${by2}`}${at === void 0 ? "" : ` at ${at}`}.`,
    fix: "Ask whoever revoked it why. A new authorization makes a new receipt."
  }),
  receipt_unknown: ({ receipt }) => ({
    what: `The receipt ${receipt} carries a signature that holds, and its issuer says that it never made such a receipt.`,
    fix: 'Treat the key that signed it as stolen: tell whoever runs the issuer, and take the key out of "public-key".'
  }),
  already_used: ({ receipt, run: run2, at }) => ({
    what: `The receipt ${receipt} was already used${run2 === void 0 ? "" : ` by run ${run2}`}${at === void 0 ? "" : ` at ${at}`}.`,
    fix: `A single-use receipt serves one run. ${newReceipt}.`
  }),
  checkout_mismatch: ({ problem, fix }) => ({ what: `The checkout is not the authorized commit: ${problem}.`, fix }),
  denied: ({ environment, by: by2, at }) => ({
    what: `Deploying this to ${environment} was denied${by2 === void 0 ? "" : ` by ${by2}`}${at === void 0 ? "" : ` at ${at}`}.`,
    fix: "Talk to the person who denied it; only they, or an admin, can let it out again."
  }),
  source_unreachable: ({ problems }) => ({
    what: `Whether this may be deployed could not be found out: ${problems.join("; ")}.`,
    fix: `Run the job again when what is named answers. Check "issuer-url" and the job's permissions ("checks: read", "id-token: write").`
  }),
  input_invalid: ({ problems }) => ({
    what: problems.length === 1 ? `${problems[0] ?? ""}.` : `${problems.length} things are wrong: ${problems.join("; ")}.`,
    fix: 'Correct what is named, as documented under "Inputs" in the README.'
  }),
  event_unsupported: ({ event, problem }) => ({
    what: `The event ${event} does not say which commit is deployed: ${problem}.`,
    fix: 'Give the inputs "sha" (the full commit that this job deploys), or run on push, workflow_dispatch, release, schedule, deployment, merge_group or pull_request.'
  }),
  internal_error: ({ problem }) => ({
    what: `The gate met something it did not expect, so it refuses: ${problem}.`,
    fix: "Run the job again; if it comes back, report it with this message."
  })
};
var refusalCodes = Object.keys(words);
function describeRefusal(refusal) {
  const row = words[refusal.code];
  return row(refusal);
}

// src/protocol/proof-faults.ts
var proofFaults = {
  chain_broken: {
    what: "The chain is broken",
    fix: "An entry was changed, taken out, put in or moved: fetch the segment again, and if it stays so, keep it with the checkpoint and tell your security team."
  },
  chain_empty: {
    what: "The segment holds no entry",
    fix: "Give the entries from where you want to begin, such as `GET /v1/ledger/entries?start=0`."
  },
  chain_gap: {
    what: "The entries are not numbered one after the other",
    fix: "Give every entry of the part in order, each once; of private repositories the masked form."
  },
  chain_ledger_mismatch: {
    what: "Two ledgers are mixed",
    fix: "Give entries of one ledger only, and the checkpoint and key of that ledger."
  },
  chain_options_invalid: {
    what: "The options of the question do not fit",
    fix: "Give `checkpoint` with `ledgerKey`; and with an older checkpoint as `previous`, its consistency proof as `proof`."
  },
  chain_root_mismatch: {
    what: "The segment is not what was signed",
    fix: "The entries, or the checkpoint, were rewritten or are of another copy: keep both and ask the operator to explain."
  },
  chain_time_backwards: {
    what: "Time runs backwards",
    fix: "No issuer writes such an entry: treat the segment as forged, or the issuer as faulty."
  },
  chain_truncated: {
    what: "The segment ends before the checkpoint",
    fix: "Fetch the entries up to the size of the checkpoint; if the issuer does not have them, they were cut off."
  },
  chain_unanchored: {
    what: "The checkpoint cannot be held against the segment",
    fix: "Begin at entry 0, or where a checkpoint that you kept ends, and give that one as `previous` with the proof."
  },
  chain_unreadable: {
    what: "The segment cannot be read",
    fix: "Give an array of entries, NDJSON as text or bytes, or an async stream of either, whole to its end."
  },
  checkpoint_backwards: {
    what: "The newer checkpoint covers less than the previous one",
    fix: "Exchange the two if they were swapped; else the ledger was cut: keep both notes and ask the operator to explain."
  },
  checkpoint_conflict: {
    what: "Two checkpoints contradict each other",
    fix: "The operator signed two histories: keep both notes, they prove it, and tell your security team."
  },
  checkpoint_key_invalid: {
    what: "The ledger key is not one",
    fix: "Give the verifier key as the issuer prints it, whole and on one line."
  },
  checkpoint_malformed: {
    what: "The checkpoint is not one",
    fix: "Give the note byte for byte as `GET /v1/ledger/checkpoint` sends it, its line ends included."
  },
  checkpoint_origin_mismatch: {
    what: "The checkpoint is of another ledger",
    fix: "Give the checkpoint of the ledger that the key belongs to."
  },
  checkpoint_signature_invalid: {
    what: "A signature of the checkpoint does not hold",
    fix: "Fetch the note again without changing its bytes; if it still fails, treat it as forged."
  },
  checkpoint_unsigned: {
    what: "The checkpoint is not signed by the ledger key",
    fix: "If the ledger has a new key, pin that one; otherwise somebody else made the note."
  },
  consistency_malformed: {
    what: "The consistency proof is not one",
    fix: "Give the `proof` of `GET /v1/ledger/consistency` for the sizes of the two checkpoints."
  },
  consistency_mismatch: {
    what: "The consistency proof does not hold",
    fix: "Fetch the proof for exactly these two sizes; if it still fails, the ledger was rewritten: keep both checkpoints."
  },
  entry_hash_mismatch: {
    what: "The entry was changed",
    fix: "Fetch the entry again; if it stays so, keep it and tell your security team."
  },
  entry_malformed: {
    what: "The entry is not one",
    fix: "Give the entries as the issuer sends them, one JSON object a line."
  },
  evidence_key_invalid: {
    what: "This is no key of an evidence bundle",
    fix: "Give the key of this one bundle, as 32 bytes or 64 lower-case hex digits; never a PEM."
  },
  evidence_mac_invalid: {
    what: "The MAC does not fit the evidence bundle",
    fix: "Ask the issuer for the bundle again and for the key of this bundle id. If it still fails, treat the bundle as forged."
  },
  evidence_malformed: {
    what: "This is no evidence bundle",
    fix: "Give the bundle exactly as the issuer made it; to redact it, drop whole disclosures and nothing else."
  },
  evidence_not_committed: {
    what: "The evidence bundle holds a disclosure that its header does not vouch for",
    fix: "Ask the issuer for the bundle again: this section was changed, or comes from another bundle."
  },
  evidence_salt_invalid: {
    what: "A section of the evidence bundle can be guessed from its digest",
    fix: "Have the issuer seal its bundles with 16 random bytes for each section."
  },
  evidence_section_repeated: {
    what: "The evidence bundle says the same section twice",
    fix: "Ask the issuer for the bundle again: two answers to one question are none."
  },
  evidence_too_large: {
    what: "The evidence bundle is too large",
    fix: "A bundle has at most 256 KiB of JSON. Give the bundle alone."
  },
  inclusion_malformed: {
    what: "The inclusion proof is not one",
    fix: "Give the `proof` of `GET /v1/ledger/inclusion` for the entry, with the checkpoint of that size."
  },
  inclusion_mismatch: {
    what: "The inclusion proof does not hold",
    fix: "Fetch the proof for this entry and exactly the size of the checkpoint; if it still fails, the entry is not in that ledger."
  },
  revocation_key_not_pinned: {
    what: "The revocation is signed with a key that is not pinned",
    fix: "If that is your issuer's key, pin it; otherwise somebody else made this revocation."
  },
  revocation_key_revoked: {
    what: "The key of the revocation is not trusted for its time",
    fix: "Have the receipt revoked again by an issuer whose current key is pinned."
  },
  revocation_malformed: {
    what: "This is no revocation",
    fix: "Give the revocation exactly as the issuer made it."
  },
  revocation_mismatch: {
    what: "The revocation is of another receipt or repository",
    fix: "Give the revocation of the receipt that is asked about."
  },
  revocation_signature_invalid: {
    what: "The signature does not fit the revocation",
    fix: "Fetch the revocation again. If it still fails, treat it as forged and tell your security team."
  },
  revocation_too_large: {
    what: "The revocation is too large",
    fix: "A revocation file has at most 16 KiB, its signed part at most 4096 bytes. Give the revocation alone."
  },
  status_key_not_pinned: {
    what: "The status is signed with a key that is not pinned",
    fix: "If that is your issuer's key, pin it; otherwise somebody else made this status."
  },
  status_key_revoked: {
    what: "The key of the status is not trusted for its time",
    fix: "Ask an issuer whose current key is pinned."
  },
  status_malformed: {
    what: "This is no status",
    fix: "Give the answer of `GET /v1/receipts/{id}/status` exactly as the issuer sends it."
  },
  status_mismatch: {
    what: "The status is of another receipt",
    fix: "Ask for the status of the receipt in question, by its id."
  },
  status_not_yet_valid: {
    what: "The status is of a time still to come",
    fix: "Set the clocks of this machine and of the issuer; 60 seconds apart are tolerated."
  },
  status_signature_invalid: {
    what: "The signature does not fit the status",
    fix: "Ask for the status again. If it still fails, treat it as forged and tell your security team."
  },
  status_stale: {
    what: "The status is too old",
    fix: "Ask the issuer again: a status is good for five minutes."
  },
  status_too_large: {
    what: "The status is too large",
    fix: "A status has at most 16 KiB. Give the status alone."
  },
  token_algorithm_refused: {
    what: "The token is not signed with RS256",
    fix: "Use the token as the issuer made it. Another algorithm in the header is a sign of forgery."
  },
  token_audience_mismatch: {
    what: "The token is for another audience",
    fix: 'Use a token for the audience "countersign-gate", or give the audience that you mean.'
  },
  token_claims_invalid: {
    what: "The token claims something in a wrong form",
    fix: "Ask the issuer for the token of this decision again; if it comes back the same, report it."
  },
  token_expired: {
    what: "The token is not valid any more",
    fix: 'A token is a record: to look at a past decision, verify it as of that time (now) or of its own ("issued").'
  },
  token_header_refused: {
    what: 'The header of the token is not exactly "alg", "kid" and "typ"',
    fix: "Use the token as the issuer made it. Keys and addresses in a header are never followed."
  },
  token_issuer_mismatch: {
    what: "The token is of another issuer",
    fix: "Give the token of the issuer that you trust, or correct the expected issuer."
  },
  token_key_invalid: {
    what: "This key cannot verify tokens",
    fix: "Give the RSA public key of the issuer (2048 to 8192 bits): a PEM, a JWK, the JWKS of /.well-known/jwks.json or a KeyObject."
  },
  token_key_unknown: {
    what: "The token is signed with a key that was not given",
    fix: "If the issuer has changed its key, fetch /.well-known/jwks.json again. The kid must be the RFC 7638 thumbprint of the key."
  },
  token_lifetime_too_long: {
    what: "The token lives longer than 24 hours",
    fix: "Have the issuer mint tokens that live at most 24 hours."
  },
  token_malformed: {
    what: "This is no token",
    fix: "Give the token exactly as the issuer made it, without quotes, spaces or line ends around it."
  },
  token_not_yet_valid: {
    what: "The token is not valid yet",
    fix: "Set the clocks of this machine and of the issuer; 60 seconds apart are tolerated."
  },
  token_signature_invalid: {
    what: "The signature does not fit the token",
    fix: "Ask the issuer for the token again. If it still fails, treat it as forged and tell your security team."
  },
  token_too_large: {
    what: "The token is too large",
    fix: "A token has at most 16 KiB. Give the token alone."
  }
};
var faulty = (code2, detail) => ({
  valid: false,
  code: code2,
  reason: `${proofFaults[code2].what}: ${detail}.`
});

// src/protocol/verify-receipt.ts
var second = 1e3;
var skewMs = 60 * second;
function verifyReceipt(input, terms) {
  const read = readReceipt(input);
  if ("code" in read) return refuse(read);
  const refusal = checkKey(read, terms.keys) ?? checkSignature(read) ?? checkTimes(read, terms) ?? checkScope(read, terms.expect);
  if (refusal !== void 0) return refuse(refusal);
  const seen = typeof terms.now === "number" ? terms.now : terms.clock;
  return {
    valid: true,
    verified: {
      receipt: read,
      unchecked: uncheckedMembers(terms.expect),
      expired: seen !== void 0 && !(seen < secondsTimeToMs(read.expiresAt)),
      judged: terms.now === "issued" ? "issued" : "now"
    }
  };
}
var refuse = (refusal) => ({ valid: false, refusal });
function readReceipt(input) {
  const text = asText(input);
  if (typeof text === "object" && "code" in text) return text;
  const size = typeof text === "string" ? utf8Length(text) : text.length;
  if (size > maxReceiptBytes) return { code: "receipt_too_large", problem: `${size} bytes of at most ${maxReceiptBytes}` };
  const json = parseJson(text);
  if (!json.ok) return { code: "receipt_malformed", problem: `${json.reason} (at character ${json.at})` };
  const parsed = parseReceipt(json.value);
  return parsed.ok ? parsed.value : { code: "receipt_malformed", problem: parsed.fault };
}
function asText(input) {
  if (typeof input === "string") return input;
  const budget = { left: maxReceiptBytes };
  try {
    if (input instanceof Uint8Array) return new Uint8Array(input);
    if (typeof input === "object" && input !== null) return canonicalJson(input, budget);
  } catch {
    if (budget.left < 0) return { code: "receipt_too_large", problem: `more than ${maxReceiptBytes} bytes` };
  }
  return { code: "receipt_malformed", problem: "it is neither text nor a plain JSON object" };
}
var utf8Length = (text) => text.length > maxReceiptBytes || text.length * 3 <= maxReceiptBytes ? text.length : new TextEncoder().encode(text).length;
function checkKey({ publicKey, issuedAt }, keys) {
  const pin = keys.get(publicKey);
  if (pin === void 0) return { code: "key_not_pinned", publicKey };
  if (pinTakes(pin, issuedAt)) return void 0;
  return { code: "key_revoked", publicKey, until: pin.status === "until" ? pin.until : void 0 };
}
function checkSignature(receipt) {
  const message = signingBytes(receipt);
  if (message.length > maxSignedBytes) {
    return { code: "receipt_too_large", problem: `${message.length} signed bytes of at most ${maxSignedBytes}` };
  }
  const publicKey = publicKeyBytes(receipt.publicKey);
  const signature = signatureBytes(receipt.signature);
  return verifyEd255192({ publicKey, message, signature }) ? void 0 : { code: "signature_invalid", publicKey: receipt.publicKey };
}
function checkTimes({ issuedAt, expiresAt }, { now, maxTtl }) {
  const from = secondsTimeToMs(issuedAt);
  const until = secondsTimeToMs(expiresAt);
  if (!(until - from <= maxTtl)) {
    return { code: "lifetime_too_long", seconds: (until - from) / second, maxSeconds: maxTtl / second };
  }
  const at = now === "issued" ? from : now;
  if (!(from - skewMs <= at)) return { code: "not_yet_valid", issuedAt, now: printNow(at) };
  if (!(at < until)) return { code: "expired", expiresAt, now: printNow(at) };
  return void 0;
}
function printNow(ms) {
  try {
    return printSecondsTime(ms);
  } catch {
    return "a time that is none";
  }
}
function checkScope(receipt, expect) {
  const { scope } = receipt;
  const asked = (name) => Object.hasOwn(expect, name);
  const differs = (name, authorized) => asked(name) && expect[name] !== authorized;
  if (differs("action", receipt.action)) return { code: "action_mismatch", ...compared(receipt.action, expect.action) };
  if (differs("repositoryId", scope.repositoryId)) {
    return { code: "repository_mismatch", ...compared(`id ${scope.repositoryId}`, withId(expect.repositoryId)) };
  }
  if (asked("repository") && !isSameRepository(expect.repository, receipt)) {
    const isRenamed = asked("repositoryId");
    return {
      code: "repository_mismatch",
      ...compared(scope.repository, expect.repository),
      ...isRenamed ? { isRenamed } : {}
    };
  }
  if (differs("sha", scope.sha)) return { code: "commit_mismatch", ...compared(scope.sha, expect.sha) };
  if (differs("tree", scope.tree)) return { code: "tree_mismatch", ...compared(scope.tree, expect.tree) };
  if (differs("environment", scope.environment)) {
    return { code: "environment_mismatch", ...compared(scope.environment, expect.environment) };
  }
  if (differs("issuer", receipt.issuer)) return { code: "issuer_mismatch", ...compared(receipt.issuer, expect.issuer) };
  return void 0;
}
function isSameRepository(expected, { scope }) {
  const name = parseRepositoryName(expected);
  return name !== void 0 && sameRepository(name, scope.repository);
}
var compared = (authorized, deploying) => typeof deploying === "string" ? { authorized, deploying: isSafeText(deploying) ? deploying : quote(deploying) } : { authorized };
function withId(expected) {
  if (typeof expected === "number") return `id ${expected}`;
  return typeof expected === "string" ? `id '${expected}' (text, where a number is needed)` : void 0;
}
function uncheckedMembers(expect) {
  const questions = [
    ["action"],
    ["repositoryId"],
    ["repository"],
    ["sha", "tree"],
    ["environment"]
  ];
  return questions.filter((names) => !names.some((name) => Object.hasOwn(expect, name))).map((names) => names[0] ?? "");
}

// src/protocol/decide.ts
var deny = (refusal) => ({ kind: "deny", refusal });
function accept(verdict, limits) {
  if (!verdict.valid) return deny(verdict.refusal);
  const { verified } = verdict;
  const refusal = checkComplete(verified) ?? checkApprovals(verified.receipt, limits) ?? checkFlags(verified.receipt, limits);
  return refusal === void 0 ? { kind: "accept", accepted: verified } : deny(refusal);
}
function decide(accepted, { revocation, redeemed }) {
  const { receipt } = accepted;
  const refusal = refuseByRevocation(receipt, revocation) ?? checkOnline(receipt, { revocation, redeemed });
  return refusal === void 0 ? { kind: "allow", because: accepted } : deny(refusal);
}
function refuseByRevocation(receipt, answer) {
  const { kind } = answer;
  switch (kind) {
    case "status":
      return refuseByStatus(receipt, answer.status);
    case "unknown":
      return {
        code: "source_unreachable",
        problems: [`whether the receipt ${receipt.id} was revoked is not known`, ...answer.problems]
      };
    case "read to the end":
    case "not asked":
      return void 0;
    default:
      return kind;
  }
}
function refuseByStatus({ id, expiresAt }, { status, at }) {
  switch (status) {
    case "revoked":
      return { code: "revoked", receipt: id };
    case "unknown":
      return { code: "receipt_unknown", receipt: id };
    case "expired":
      return { code: "expired", expiresAt, now: `${at} at the issuer` };
    case "active":
    case "redeemed":
      return void 0;
    default:
      return status;
  }
}
function checkComplete({ unchecked, judged }) {
  if (unchecked.length > 0) return { code: "internal_error", problem: `not compared: ${unchecked.join(", ")}` };
  if (judged !== "now") return { code: "internal_error", problem: "a receipt was judged at its own time, not now" };
  return void 0;
}
function checkApprovals({ approvals }, { minApprovals, requireProof }) {
  if (!(approvals.length >= minApprovals)) {
    return { code: "too_few_approvals", approvals: approvals.length, needed: minApprovals };
  }
  const proven = approvals.filter(({ proof }) => requireProof === "comment" || proof === requireProof).length;
  return proven >= minApprovals ? void 0 : { code: "proof_too_weak", proven, needed: minApprovals, proof: requireProof };
}
function checkFlags({ flags }, { refuseFlags }) {
  const refused = flags.filter((flag) => refuseFlags.includes(flag));
  return refused.length > 0 ? { code: "flag_refused", flags: refused } : void 0;
}
function checkOnline({ flags }, { revocation, redeemed }) {
  const isFresh = revocation.kind === "status";
  const missing = flags.filter((flag) => flag === "fresh" && !isFresh || flag === "once" && !redeemed);
  if (missing.length === 0) return void 0;
  const problem = `the receipt is flagged ${missing.join(", ")}, and the issuer gave no valid answer about it`;
  return { code: "source_unreachable", problems: [problem] };
}

// src/protocol/proof-text.ts
function readProofText(input, maxBytes) {
  const tooLarge = { ok: false, fault: { wrong: "size", reason: `more than ${maxBytes} bytes` } };
  const budget = { left: maxBytes };
  try {
    const value = toText(input, budget);
    if (value === void 0) return { ok: false, fault: { wrong: "form", reason: notJson } };
    if (value.length > maxBytes) return tooLarge;
    return typeof value !== "string" || new TextEncoder().encode(value).length <= maxBytes ? { ok: true, value } : tooLarge;
  } catch {
    return budget.left < 0 ? tooLarge : { ok: false, fault: { wrong: "form", reason: notJson } };
  }
}
var notJson = "it is neither text nor a plain JSON object";
function toText(input, budget) {
  if (typeof input === "string") return input;
  if (input instanceof Uint8Array) return new Uint8Array(input);
  return typeof input === "object" && input !== null ? canonicalJson(input, budget) : void 0;
}

// src/protocol/signed.ts
function readSigned(input, parse, keys) {
  const text = readProofText(input, maxReceiptBytes);
  if (!text.ok) return failed(text.fault.wrong === "size" ? "too_large" : "malformed", text.fault.reason);
  const json = parseJson(text.value);
  if (!json.ok) return failed("malformed", `${json.reason} (at character ${json.at})`);
  const parsed = parse(json.value);
  if (!parsed.ok) return failed("malformed", parsed.fault);
  return checkKey2(parsed.value, keys) ?? checkSignature2(parsed.value) ?? { ok: true, value: parsed.value };
}
function checkKey2({ publicKey, at }, keys) {
  const pin = keys.get(publicKey);
  if (pin === void 0) return failed("key_not_pinned", `it is signed with ${publicKey}`);
  if (pinTakes(pin, at)) return void 0;
  return failed("key_revoked", `${publicKey} is pinned as "${pin.status}"`);
}
function checkSignature2(signed) {
  const message = signingBytes(signed);
  if (message.length > maxSignedBytes) {
    return failed("too_large", `${message.length} signed bytes of at most ${maxSignedBytes}`);
  }
  const publicKey = publicKeyBytes(signed.publicKey);
  const signature = signatureBytes(signed.signature);
  if (verifyEd255192({ publicKey, message, signature })) return void 0;
  return failed("signature_invalid", `something in it was changed, or ${signed.publicKey} never signed it`);
}
var failed = (wrong, reason) => ({
  ok: false,
  fault: { wrong, reason }
});

// src/protocol/status.ts
var statusWords = ["active", "expired", "revoked", "redeemed", "unknown"];
var time2 = by(parseSecondsTime, "a time YYYY-MM-DDTHH:MM:SSZ that exists");
var runMembers = {
  id: by(parseRunId, "a decimal id"),
  attempt: by((value) => parsePositive(value), "a positive safe integer"),
  at: time2
};
var statusMembers = {
  type: oneOf("countersign.status/v1"),
  receipt: by(parseReceiptId, "rcpt_dg_ or rcpt_bg_ and a lower-case ULID"),
  status: oneOf(...statusWords),
  at: time2,
  run: optional((value, path) => readMembers({ value, path }, runMembers)),
  publicKey: by(parsePublicKey, "pp_pk_ and 64 lower-case hex digits"),
  signature: by(parseSignature, "ed25519: and 128 lower-case hex digits")
};
function parseStatus(value) {
  try {
    const status = readMembers({ value, path: "" }, statusMembers);
    if (status.status === "redeemed" || status.run === void 0) return { ok: true, value: status };
    if (status.status === "revoked" || status.status === "expired") return { ok: true, value: status };
    throw new ShapeFault("run", `cannot be there with the status "${status.status}"`);
  } catch (fault) {
    if (fault instanceof ShapeFault) return { ok: false, fault: fault.message };
    throw fault;
  }
}
function parseRunId(value) {
  return typeof value === "string" && /^[1-9][0-9]{0,19}$/.test(value) ? value : void 0;
}
function parsePositive(value) {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : void 0;
}

// src/protocol/verify-status.ts
var lifeMs = 3e5;
var skewMs2 = 6e4;
function verifyStatus(input, { keys, now, receipt }) {
  const read = readSigned(input, parseStatus, keys);
  if (!read.ok) return faulty(`status_${read.fault.wrong}`, read.fault.reason);
  const { value } = read;
  return checkTime(value, now) ?? checkReceipt(value, receipt) ?? resultOf(value);
}
var resultOf = ({ receipt, status, at, run: run2 }) => ({
  valid: true,
  receipt,
  status,
  at,
  ...run2 === void 0 ? {} : { run: run2 }
});
function readLastingNo(input, { keys, receipt, issuedAt }) {
  const read = readSigned(input, parseStatus, keys);
  if (!read.ok || checkReceipt(read.value, receipt) !== void 0) return void 0;
  const { status, at } = read.value;
  return status === "revoked" || status === "unknown" && issuedAt <= at ? resultOf(read.value) : void 0;
}
function checkTime({ at }, now) {
  const from = secondsTimeToMs(at);
  if (!(from - skewMs2 <= now))
    return faulty("status_not_yet_valid", `it was said at ${at}, which is still to come here`);
  return now < from + lifeMs ? void 0 : faulty("status_stale", `it was said at ${at}, five minutes ago or longer`);
}
function checkReceipt({ receipt }, expected) {
  if (expected === receipt) return void 0;
  const shown = typeof expected === "string" ? quote(expected) : "no usable value";
  return faulty("status_mismatch", `it is about ${receipt}, and ${shown} was expected`);
}

// src/protocol/ledger/note.ts
var ed25519 = 1;
var namePattern = /^[^\s+]{1,400}$/u;
function parseVerifierKey(text) {
  if (typeof text !== "string") return void 0;
  const first = text.indexOf("+");
  const second2 = text.indexOf("+", first + 1);
  const [name, id] = [text.slice(0, first), text.slice(first + 1, second2)];
  const bytes = second2 < 0 ? void 0 : parseBase64(text.slice(second2 + 1));
  if (bytes?.length !== 33 || bytes[0] !== ed25519 || !namePattern.test(name) || !isSafeText(name)) return void 0;
  const publicKey = bytes.subarray(1);
  return isStrictPoint(publicKey) && id === keyId(name, publicKey) ? { name, id, publicKey } : void 0;
}
function keyId(name, publicKey) {
  const hash = sha2562(Uint8Array.of(...new TextEncoder().encode(name), 10, ed25519, ...publicKey));
  return bytesToHex(hash.subarray(0, 4));
}
function parseBase64(text) {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return void 0;
  return parseBase64url(text.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_"));
}

// src/action/fault.ts
var isObject = (value) => typeof value === "object" && value !== null;
var faultMember = (fault, name) => isObject(fault) ? fault[name] : void 0;
function faultCode(fault) {
  const code2 = faultMember(fault, "code");
  return typeof code2 === "string" ? code2 : void 0;
}
function faultChain(fault) {
  const chain = [];
  for (let at = fault; isObject(at) && chain.length < 8; at = at["cause"]) chain.push(at);
  return chain;
}

// src/action/sources/bounded-file.ts
var import_node_fs = __toESM(require_fs(), 1);
function readBounded(path, maxBytes) {
  let file;
  try {
    file = (0, import_node_fs.openSync)(path, import_node_fs.constants.O_RDONLY | (import_node_fs.constants.O_NONBLOCK ?? 0));
  } catch (fault) {
    return { kind: "unreadable", problem: describeFault(fault) };
  }
  try {
    return readOpen(file, maxBytes);
  } catch (fault) {
    return { kind: "unreadable", problem: describeFault(fault) };
  } finally {
    (0, import_node_fs.closeSync)(file);
  }
}
function readOpen(file, maxBytes) {
  const stat = (0, import_node_fs.fstatSync)(file);
  if (stat.isDirectory()) return { kind: "unreadable", problem: "it is a directory" };
  if (!stat.isFile()) return { kind: "unreadable", problem: "it is no regular file" };
  if (stat.size > maxBytes) return { kind: "too_large", problem: `${stat.size} bytes of at most ${maxBytes}` };
  const bytes = new Uint8Array(Math.min(maxBytes, stat.size) + 1);
  let length = 0;
  for (; ; ) {
    const count2 = (0, import_node_fs.readSync)(file, bytes, length, bytes.length - length, null);
    length += count2;
    if (count2 === 0) return { kind: "read", bytes: bytes.subarray(0, length) };
    if (length === bytes.length)
      return { kind: "too_large", problem: `it grows beyond ${stat.size} bytes while it is read` };
  }
}
function describeFault(fault) {
  const code2 = faultCode(fault);
  switch (code2) {
    case "ENOENT":
    case "ENOTDIR":
      return "there is no such file";
    case "EACCES":
    case "EPERM":
      return "this job may not read it";
    case "EISDIR":
      return "it is a directory";
    default:
      return code2 ?? "it cannot be opened";
  }
}

// src/action/job.ts
var maxPayloadBytes = 32 * 1024 * 1024;
function readJob(env) {
  return {
    event: env["GITHUB_EVENT_NAME"] ?? "",
    sha: env["GITHUB_SHA"] ?? "",
    repository: env["GITHUB_REPOSITORY"] ?? "",
    repositoryId: env["GITHUB_REPOSITORY_ID"] ?? "",
    payload: readPayload(env["GITHUB_EVENT_PATH"] ?? ""),
    workspace: env["GITHUB_WORKSPACE"] ?? "",
    apiUrl: env["GITHUB_API_URL"] ?? "https://api.github.com",
    runId: env["GITHUB_RUN_ID"] ?? ""
  };
}
function readPayload(path) {
  if (path === "") return { ok: false, fault: "GITHUB_EVENT_PATH is not set" };
  const file = readBounded(path, maxPayloadBytes);
  if (file.kind !== "read") return { ok: false, fault: `the event's payload cannot be read (${file.problem})` };
  try {
    return { ok: true, value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(file.bytes)) };
  } catch {
    return { ok: false, fault: "the event's payload is not JSON" };
  }
}

// src/action/escape.ts
var maxShown = 4e3;
function oneLine(text) {
  const clipped = text.length > maxShown ? `${text.slice(0, maxShown)}\u2026` : text;
  return clipped.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, " ").replaceAll("##[", "## [").replace(/^\s*::/, ": :");
}
var markdownText = (text) => oneLine(text).replace(/[!-&(-+./:<->@[-`{-~]/g, (sign) => `&#${sign.charCodeAt(0)};`);
var markdownCode = (text) => `<code>${markdownText(text)}</code>`;
var markdownSentence = (text) => markdownText(text).replace(/&#96;(.*?)&#96;/g, (_, inner) => `<code>${inner}</code>`);

// src/gate/answers.ts
var askedFor = ({ environment, deployment }) => ({
  environment,
  sha: deployment.sha,
  pullRequest: deployment.pullRequest
});
function nothingFound(ask, answers) {
  const answered = answers.some(({ answer }) => answer.problem === void 0);
  if (answered) return { code: "receipt_missing", asked: askedFor(ask), sources: answers.map(describeAnswer) };
  return { code: "source_unreachable", problems: answers.map(describeAnswer) };
}
function describeAnswer({ source, answer }) {
  if (answer.problem !== void 0) return `${source}: ${answer.problem}`;
  if (answer.skipped === void 0 || answer.skipped === 0) return source;
  return `${source} (${answer.skipped} there that hold${answer.skipped === 1 ? "s" : ""} no receipt)`;
}

// src/gate/checks.ts
var checkNames = [
  "well-formed receipt",
  "pinned key",
  "key still trusted",
  "signature",
  "life and times",
  "action",
  "repository",
  "commit",
  "tree",
  "environment",
  "issuer",
  "number of approvals",
  "proof of approvals",
  "flags",
  "revocation",
  "checkout",
  "single use"
];
var traits = {
  receipt_malformed: { check: "well-formed receipt", cured: false },
  receipt_too_large: { check: "well-formed receipt", cured: false },
  key_not_pinned: { check: "pinned key", cured: false },
  key_revoked: { check: "key still trusted", cured: true },
  signature_invalid: { check: "signature", cured: false },
  lifetime_too_long: { check: "life and times", cured: false },
  not_yet_valid: { check: "life and times", cured: false },
  expired: { check: "life and times", cured: true },
  action_mismatch: { check: "action", cured: false },
  repository_mismatch: { check: "repository", cured: true },
  commit_mismatch: { check: "commit", cured: true },
  tree_mismatch: { check: "tree", cured: true },
  environment_mismatch: { check: "environment", cured: true },
  issuer_mismatch: { check: "issuer", cured: false },
  too_few_approvals: { check: "number of approvals", cured: true },
  proof_too_weak: { check: "proof of approvals", cured: true },
  flag_refused: { check: "flags", cured: true },
  // Of a receipt that was read: nobody could say whether it was revoked.
  source_unreachable: { check: "revocation", cured: false },
  revoked: { check: "revocation", cured: true },
  denied: { check: "revocation", cured: false },
  receipt_unknown: { check: "revocation", cured: false },
  already_used: { check: "single use", cured: true },
  checkout_mismatch: { check: "checkout", cured: false },
  receipt_missing: { check: "none", cured: true },
  input_invalid: { check: "none", cured: false },
  event_unsupported: { check: "none", cured: false },
  internal_error: { check: "none", cured: false }
};
var curedByComment = (code2) => traits[code2].cured;
var checkOf = (code2) => traits[code2].check;
var rankOfCheck = (check) => check === "none" ? -1 : checkNames.indexOf(check);

// src/action/result.ts
function describeRevocation({ status, revocation }) {
  switch (revocation) {
    case "issuer":
      return `The issuer said at ${status?.at ?? ""}: not revoked.`;
    case "GitHub":
      return "GitHub shows no revocation: every check run of this name was read.";
    case "not asked":
    case null:
      return 'Revocation not checked: this says what was signed, not what was revoked since. The job names nobody to ask ("github-token", "issuer-url").';
    default:
      return revocation;
  }
}
function resultOf2(outcome) {
  const { decision, ask, examined } = outcome;
  const refusal = decision.kind === "deny" ? decision.refusal : void 0;
  const words2 = refusal === void 0 ? void 0 : describeRefusal(refusal);
  const receipt = decision.kind === "allow" ? decision.because.receipt : readClaims(examined?.candidate);
  return {
    type: "countersign.result/v1",
    authorized: decision.kind === "allow",
    code: refusal?.code ?? null,
    what: words2?.what ?? describeAllow(receipt, ask),
    fix: words2?.fix ?? null,
    comment: refusal === void 0 ? null : commentFor(refusal, ask),
    asked: ask === void 0 ? null : askedResult(ask, outcome.jobEnvironment),
    receipt: receipt ?? null,
    standing: receipt === void 0 ? null : standingAfter(examined?.refusedAt),
    source: examined?.source ?? null,
    checks: checksOf(outcome),
    status: examined?.status === void 0 ? null : { status: examined.status.status, at: examined.status.at },
    revocation: decision.kind === "allow" ? revocationResult(examined?.revocation) : null,
    redeemedAt: examined?.redeemedAt ?? null,
    checkpoint: checkpointResult(outcome.checkpoint),
    sources: outcome.answers.map(describeAnswer),
    warnings: warningsOf(outcome)
  };
}
function revocationResult(answer) {
  switch (answer?.kind) {
    case "status":
      return "issuer";
    case "read to the end":
      return "GitHub";
    case "not asked":
      return "not asked";
    case "unknown":
    case void 0:
      throw new TypeError("an allow without an answer on revocation");
    default:
      return answer;
  }
}
function checkpointResult(checkpoint) {
  if (checkpoint === void 0 || checkpoint.kind === "none") return null;
  return { note: checkpoint.note, verified: checkpoint.kind === "verified" };
}
var standingAfter = (check) => check === void 0 || rankOfCheck(check) > checkNames.indexOf("signature") ? "verified" : "claimed";
function describeAllow(receipt, ask) {
  if (receipt === void 0 || ask === void 0) throw new TypeError("an allow without a receipt or a question");
  const { authorizedBy, scope, id, expiresAt } = receipt;
  const { sha: sha2 } = ask.deployment;
  const same = scope.sha === sha2 ? "" : ` This job deploys ${sha2}, which has the same tree.`;
  return `${authorizedBy} authorized ${scope.sha} of ${scope.repository} for ${scope.environment} (receipt ${id}, until ${expiresAt}).${same}`;
}
function readClaims(candidate) {
  const json = typeof candidate === "string" || candidate instanceof Uint8Array ? parseJson(candidate) : void 0;
  const value = json?.ok === true ? json.value : candidate;
  const parsed = isPlainObject(value) ? parseReceipt(value) : void 0;
  return parsed?.ok === true ? parsed.value : void 0;
}
function commentFor({ code: code2 }, ask) {
  if (ask === void 0 || !curedByComment(code2)) return null;
  const { environment, deployment } = ask;
  return { text: `/authorize ${environment} ${deployment.sha}`, pullRequest: deployment.pullRequest ?? null };
}
var askedResult = ({ environment, deployment, match, issuer, limits, maxTtl }, jobEnvironment) => ({
  environment,
  jobEnvironment: jobEnvironment ?? null,
  repository: deployment.repository,
  repositoryId: deployment.repositoryId,
  sha: deployment.sha,
  match,
  event: deployment.event,
  issuer: issuer ?? null,
  minApprovals: limits.minApprovals,
  requireProof: limits.requireProof,
  refuseFlags: limits.refuseFlags,
  maxTtlSeconds: maxTtl / 1e3
});
function checksOf(outcome) {
  const unasked = uncheckedNames(outcome);
  const refusedAt = outcome.decision.kind === "allow" ? checkNames.length : rankOfCheck(outcome.examined?.refusedAt ?? "none");
  return checkNames.map((name, i) => {
    if (i === refusedAt) return { name, result: "failed" };
    if (i > refusedAt) return { name, result: "not reached" };
    return { name, result: unasked.has(name) ? "not asked" : "passed" };
  });
}
function uncheckedNames({ ask, checkout, examined }) {
  return /* @__PURE__ */ new Set([
    ask?.match === "tree" ? "commit" : "tree",
    ...isAnswered(examined?.revocation) ? [] : ["revocation"],
    ...examined?.redeemedAt === void 0 ? ["single use"] : [],
    ...ask?.issuer === void 0 ? ["issuer"] : [],
    ...checkout === void 0 || checkout.kind === "empty" ? ["checkout"] : []
  ]);
}
var isAnswered = (answer) => answer?.kind === "status" || answer?.kind === "read to the end";
function warningsOf({ ask, answers, checkout, checkpoint, decision, warnings }) {
  const unreached = answers.flatMap(({ source, answer }) => {
    if (answer.problem !== void 0) return [`${source}: ${answer.problem}.`];
    if (answer.cut !== void 0) return [`${source}: ${answer.cut}; the others were not looked at.`];
    return answer.refusal === void 0 || decision.kind === "deny" ? [] : [describeRefusal(answer.refusal).what];
  });
  const ledger = ask?.ledgerKey === void 0 ? [] : checkpointWarnings(checkpoint);
  const built = ask?.deployment.event === "workflow_run" && decision.kind === "allow" ? [notBuilt] : [];
  return [...unreached, ...warnings, ...built, ...checkoutWarnings(checkout), ...ledger];
}
var notBuilt = "This authorizes the commit, not what the run before built: its artifacts and caches were authorized by nobody, so build the commit here.";
function checkoutWarnings(checkout) {
  switch (checkout?.kind) {
    case "empty":
      return [
        `Nothing is checked out at ${checkout.path}, so no checkout was compared. Check out the authorized commit after this step.`
      ];
    case "same":
      return checkout.unseen.map((sentence2) => `The checkout: ${sentence2}.`);
    case "differs":
    case void 0:
      return [];
    default:
      return checkout;
  }
}
function checkpointWarnings(checkpoint) {
  switch (checkpoint?.kind) {
    case "none":
      return ['NO LEDGER CHECKPOINT came with the receipt, so nothing was held against "ledger-key".'];
    case "refused":
      return [
        `THE LEDGER CHECKPOINT DOES NOT VERIFY under "ledger-key". ${checkpoint.reason} Keep the summary of this run, and ask whoever runs the issuer to explain.`
      ];
    case "verified":
    case "unverified":
    case void 0:
      return [];
    default:
      return checkpoint;
  }
}
var checkoutLines = [
  "- uses: actions/checkout@<full commit SHA of a release>",
  "  with:",
  "    ref: ${{ steps.gate.outputs.sha }}",
  "    persist-credentials: false"
].join("\n");

// src/action/summary.ts
function renderSummary(result, web) {
  const blocks = [
    renderVerdict(result),
    ...renderLife(result, web),
    renderReason(result),
    ...result.fix === null ? [renderStanding(result)] : [`**What to do.** ${sentence(result.fix)}`],
    ...renderComment(result),
    ...renderComparison(result),
    ...renderChecks(result.checks),
    ...renderWarnings(result),
    ...renderCheckpoint(result)
  ];
  return `${blocks.join("\n\n")}

`;
}
function renderVerdict({ authorized, asked }) {
  const where = asked === null ? "" : ` to ${markdownCode(asked.environment)}`;
  return `## ${authorized ? "\u2705 Authorized" : "\u26D4 Refused"}: deploy${where}`;
}
function renderLife({ authorized, receipt }, web) {
  if (!authorized || receipt === null) return [];
  const { authorizedBy, expiresAt, scope } = receipt;
  const life = `By ${markdownCode(authorizedBy)}, until **${markdownText(showTime(expiresAt))}**.`;
  return [`${life} ${renderRange(scope, web)}.`];
}
function renderRange(scope, web) {
  const words2 = markdownText(sayRange(scope).replace(/^./, (letter) => letter.toUpperCase()));
  const path = comparisonPath(scope);
  return web === void 0 || path === void 0 ? words2 : `[${words2}](${web}/${scope.repository}${path})`;
}
var showTime = (time3) => `${time3.replace("T", " ").replace("Z", "")} UTC`;
var renderReason = ({ what, code: code2 }) => code2 === null ? sentence(what) : `${markdownCode(code2)}: ${sentence(what)}`;
var sentence = (text) => markdownSentence(text).split(/(<code>.*?<\/code>)/).map((part) => part.startsWith("<code>") ? part : withIds(part)).join("");
var ids = /\b(?:(?:pp&#95;pk&#95;)?[0-9a-f]{64}|[0-9a-f]{40}|rcpt&#95;[db]g&#95;[0-9a-hjkmnp-tv-z]{26})\b/g;
var withIds = (escaped2) => escaped2.replace(ids, (id) => `<code>${id}</code>`);
var renderStanding = (result) => [
  markdownText(describeRevocation(result)),
  ...describeJobEnvironment(result),
  ...result.redeemedAt === null ? [] : [`This run uses the receipt up, recorded at ${markdownText(result.redeemedAt)}.`]
].join(" ");
var unnamed = {
  named: [],
  unnamed: ["This job has no environment of its own that the input could be compared with."],
  "no token": [
    markdownText('The environment of this job is unnamed: without "id-token: write" GitHub does not tell it.')
  ]
};
var describeJobEnvironment = ({ asked }) => unnamed[asked?.jobEnvironment ?? "named"];
function renderCheckpoint({ checkpoint }) {
  if (checkpoint === null) return [];
  const { note, verified } = checkpoint;
  const title = verified ? "Ledger checkpoint, verified and held by this run" : "Ledger checkpoint, not verified";
  return [`<details><summary>${title}</summary>`, fenced(note.trimEnd(), "text"), "</details>"];
}
function renderComment({ comment, fix }) {
  if (comment === null) return [];
  const where = comment.pullRequest === null ? "the pull request of this commit" : `pull request #${comment.pullRequest}`;
  const line = fenced(comment.text, "text");
  return fix?.includes(comment.text) === true ? [line] : [`The comment to post on ${where}:`, line];
}
var fenced = (text, language) => ["```" + language, text, "```"].join("\n");
function renderComparison({ asked, receipt, standing, source, sources, checks }) {
  if (asked === null) return [];
  const failed2 = checks.find(({ result }) => result === "failed")?.name;
  const fields = askedFields(asked).map(([name, value]) => [isAbout(name, failed2) ? `\u274C ${name}` : name, value]);
  const rows = [["looked at", sources.join(", ") || "nothing"], ...fields];
  if (receipt === null || standing === null) return [table(["", "asked by this job"], rows)];
  const found = [`${receipt.id}, from ${source ?? ""}`, ...foundValues(receipt)];
  const compared2 = rows.map(([name, value], i) => [name, value, found[i] ?? ""]);
  return [table(["", "asked by this job", foundTitles[standing]], compared2)];
}
var foundTitles = {
  verified: "found in the receipt",
  claimed: "claimed by what was found (no signature holds)"
};
var rowOf = {
  tree: "commit",
  "life and times": "life",
  "number of approvals": "approvals",
  "proof of approvals": "approvals"
};
var isAbout = (row, check) => check !== void 0 && (rowOf[check] ?? check) === row;
var foundValues = ({ scope, approvals, flags, issuedAt, expiresAt, issuer }) => [
  `${scope.repository} (id ${scope.repositoryId})`,
  scope.sha,
  scope.environment,
  approvals.map(({ login: login2, role, proof, at }) => `${login2} (${role}, ${proof}, ${at})`).join(", "),
  flags.join(", ") || "none",
  `${issuedAt} to ${expiresAt}`,
  issuer
];
var askedFields = (asked) => [
  ["repository", `${asked.repository} (id ${asked.repositoryId})`],
  ["commit", `${asked.sha} (event ${asked.event}${asked.match === "tree" ? ", by its tree" : ""})`],
  ["environment", asked.environment],
  ["approvals", `at least ${asked.minApprovals}, proof ${asked.requireProof}`],
  ["flags", asked.refuseFlags.length === 0 ? "all are taken" : `none of ${asked.refuseFlags.join(", ")}`],
  ["life", `at most ${describeSeconds(asked.maxTtlSeconds)}`],
  ["issuer", asked.issuer ?? "any that signs with a pinned key"]
];
function describeSeconds(seconds) {
  for (const [unit, size] of [
    ["hours", 3600],
    ["minutes", 60]
  ]) {
    if (seconds > 0 && seconds % size === 0) return `${seconds / size} ${unit}`;
  }
  return `${seconds} seconds`;
}
function renderChecks(checks) {
  if (checks.every(({ result }) => result === "not reached")) return [];
  const rows = checks.map(({ name, result }) => [name, `${checkMarks[result]} ${result}`]);
  return [
    `<details><summary>Every check: ${countResults(checks)}</summary>`,
    table(["check", "result"], rows),
    "</details>"
  ];
}
function countResults(checks) {
  const of = (wanted) => checks.filter(({ result }) => result === wanted).length;
  const failed2 = checks.filter(({ result }) => result === "failed").map(({ name }) => `\u274C ${name}`);
  const notReached = of("not reached");
  return [`${of("passed")} passed`, ...failed2, ...notReached === 0 ? [] : [`${notReached} not reached`]].join(", ");
}
var checkMarks = { passed: "\u2705", failed: "\u274C", "not asked": "\u2796", "not reached": "\u2796" };
function renderWarnings({ warnings, authorized, checks }) {
  const list = warnings.map((warning2) => `- ${markdownText(warning2)}`).join("\n");
  const unchecked = authorized && checks.some(({ name, result }) => name === "checkout" && result === "not asked");
  return [
    ...warnings.length === 0 ? [] : [`**Warnings**

${list}`],
    ...unchecked && warnings.length > 0 ? [fenced(checkoutLines, "yaml")] : []
  ];
}
function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [
    line(head),
    line(head.map(() => "---")),
    ...rows.map((row) => line(row.map((cell) => withIds(markdownText(cell)))))
  ].join("\n");
}

// src/action/report.ts
var outputNames = [
  "sha",
  "receipt-id",
  "authorized-by",
  "issued-at",
  "expires-at",
  "reason-code",
  "receipt",
  "result",
  "authorized"
];
function publishReport(outcome, runner) {
  const result = resultOf2(outcome);
  return result.authorized ? publishAllow(result, runner) : publishRefusal(result, runner);
}
function publishAllow(result, runner) {
  recordOutputs(result, runner);
  for (const warning2 of result.warnings) runner.say("warning", oneLine(warning2), "Countersign");
  if (attempt(() => runner.summarize(renderSummary(result, runner.web))) === "failed") {
    runner.say("warning", "The job summary could not be written.", "Countersign");
  }
  const standing = result.revocation === "issuer" ? "" : `
${describeRevocation(result)}`;
  const held = result.checkpoint?.verified === true ? `
Held by this run:
${eachLine(result.checkpoint.note)}` : "";
  runner.say("info", `${oneLine(result.what)}${standing}${held}${checkoutHint(result)}`, "Authorized");
  return 0;
}
var eachLine = (note) => note.split("\n").map(oneLine).join("\n");
function publishRefusal(result, runner) {
  runner.say("error", renderAnnotation(result), `Deployment refused: ${result.code ?? ""}`);
  for (const warning2 of result.warnings) runner.say("info", oneLine(warning2), "Countersign");
  const summary = attempt(() => runner.summarize(renderSummary(result)));
  const outputs = attempt(() => recordOutputs(result, runner));
  if (summary === "failed" || outputs === "failed") {
    runner.say("info", "The job summary or the outputs could not be written.", "Countersign");
  }
  return 1;
}
function attempt(write) {
  try {
    write();
    return "done";
  } catch {
    return "failed";
  }
}
function recordOutputs(result, runner) {
  const values = outputsOf(result);
  for (const name of outputNames) runner.record(name, values[name]);
}
function outputsOf(result) {
  const receipt = result.authorized ? result.receipt : null;
  const sha2 = result.authorized ? result.asked?.sha : void 0;
  return {
    authorized: result.authorized ? "true" : "false",
    sha: sha2 ?? "",
    "receipt-id": receipt?.id ?? "",
    "authorized-by": receipt?.authorizedBy ?? "",
    "issued-at": receipt?.issuedAt ?? "",
    "expires-at": receipt?.expiresAt ?? "",
    "reason-code": result.code ?? "",
    receipt: receipt === null ? "" : JSON.stringify(receipt),
    result: JSON.stringify(result)
  };
}
function renderAnnotation({ what, fix, comment }) {
  const lines = [oneLine(what), oneLine(fix ?? "")];
  if (comment !== null && fix?.includes(comment.text) !== true) {
    const where = comment.pullRequest === null ? "the pull request of this commit" : `pull request #${comment.pullRequest}`;
    lines.push(`The comment to post on ${where}: ${comment.text}`);
  }
  return lines.join("\n");
}
var checkoutHint = ({ checks, warnings }) => warnings.length > 0 && checks.some(({ name, result }) => name === "checkout" && result === "not asked") ? `
${checkoutLines}` : "";

// src/action/checkout.ts
var import_node_fs2 = __toESM(require_fs(), 1);
var import_node_path = __toESM(require_path(), 1);
function checkoutInspector(place, env) {
  return {
    inspect: async (wanted, tell) => {
      const found = findCheckout(place);
      switch (found.kind) {
        case "repository": {
          const { inspectRepository } = await import("./inspect-repository.js");
          return inspectRepository(found.root, wanted, { env, tell });
        }
        case "folder": {
          const { inspectFolder } = await import("./inspect-folder.js");
          return inspectFolder(found.root, wanted.tree, tell);
        }
        case "empty":
        case "differs":
          return found;
        default:
          return found;
      }
    },
    readTree: async (sha2, { byFiles, tell }) => {
      const found = findCheckout(place);
      if (found.kind === "repository") {
        const { readLocalTree } = await import("./inspect-repository.js");
        return parseTreeSha(await readLocalTree(found.root, sha2, env));
      }
      if (found.kind !== "folder" || !byFiles) return void 0;
      const { nameFolder } = await import("./inspect-folder.js");
      const named2 = nameFolder(found.root, sha2, tell);
      return named2.ok ? parseTreeSha(named2.value.tree) : void 0;
    }
  };
}
function findCheckout({ path, workspace }) {
  const folder = (0, import_node_path.resolve)(workspace, path);
  const real = realFolder(folder);
  const top = workspace === "" ? void 0 : realFolder(workspace);
  if (real === void 0) return path === "" ? { kind: "empty", path: folder } : notThere(path, "is not there");
  if (path !== "" && top !== void 0 && !isWithin(real, top)) return notThere(path, "leads out of the workspace");
  if (path !== "" && !isFolder(real)) return notThere(path, "is no folder");
  const root = findRoot(real, top);
  if (root !== void 0) return { kind: "repository", root };
  if (!isEmpty(real)) return { kind: "folder", root: real };
  return path === "" ? { kind: "empty", path: folder } : notThere(path, "holds nothing");
}
var notThere = (path, problem) => ({
  kind: "differs",
  problem: `the folder of the input "path", ${JSON.stringify(path)}, ${problem}`,
  fix: "Give the gate the same `path` as actions/checkout, and let actions/checkout run before."
});
var staysWithin = ({ path, workspace }) => workspace === "" || isWithin((0, import_node_path.resolve)(workspace, path), (0, import_node_path.resolve)(workspace));
var isWithin = (folder, top) => folder === top || folder.startsWith(top.endsWith(import_node_path.sep) ? top : top + import_node_path.sep);
function realFolder(folder) {
  try {
    return (0, import_node_fs2.realpathSync)(folder);
  } catch (fault) {
    return faultCode(fault) === "ENOENT" ? void 0 : folder;
  }
}
function findRoot(folder, top) {
  for (let at = folder; ; at = (0, import_node_path.dirname)(at)) {
    if (holdsRepository(at)) return at;
    if (at === top || at === (0, import_node_path.dirname)(at)) return void 0;
  }
}
function holdsRepository(folder) {
  try {
    (0, import_node_fs2.lstatSync)((0, import_node_path.join)(folder, ".git"));
    return true;
  } catch (fault) {
    const code2 = faultCode(fault);
    return code2 !== "ENOENT" && code2 !== "ENOTDIR";
  }
}
var isFolder = (path) => (0, import_node_fs2.lstatSync)(path, { throwIfNoEntry: false })?.isDirectory() === true;
function isEmpty(folder) {
  try {
    return (0, import_node_fs2.readdirSync)(folder).length === 0;
  } catch {
    return false;
  }
}

// src/action/deployment.ts
function readDeployment(inputs, job) {
  const home = readHome(job);
  const repository = inputs.repository ?? home;
  if (repository === void 0) {
    const problem = "the variables GITHUB_REPOSITORY and GITHUB_REPOSITORY_ID do not name the repository of its payload";
    return refuse2({ code: "event_unsupported", event: job.event, problem });
  }
  const otherEnvironment = checkEnvironment(inputs, job);
  if (otherEnvironment !== void 0) return refuse2(otherEnvironment);
  if (inputs.sha === void 0 && (home === void 0 || !isSame(repository, home))) {
    const problem = `the input "repository" names another repository than the event's, so the input "sha" must be given too`;
    return refuse2({ code: "input_invalid", problems: [problem] });
  }
  const commit = inputs.sha === void 0 ? commitOfEvent(job) : { sha: inputs.sha };
  if ("problem" in commit) return refuse2({ code: "event_unsupported", event: job.event, problem: commit.problem });
  const { name, id } = repository;
  const { sha: sha2 } = commit;
  const pullRequest = home !== void 0 && isSame(repository, home) ? pullRequestOf(job, sha2) : void 0;
  return { ok: true, value: { repository: name, repositoryId: id, sha: sha2, event: job.event, pullRequest } };
}
var refuse2 = (refusal) => ({ ok: false, fault: refusal });
var isSame = (a, b) => a.id === b.id && sameRepository(a.name, b.name);
function readHome({ repository, repositoryId, payload }) {
  const name = parseRepositoryName(repository);
  const id = /^[1-9][0-9]{0,15}$/.test(repositoryId) ? parseRepositoryId(Number(repositoryId)) : void 0;
  if (name === void 0 || id === void 0) return void 0;
  const claimed = payload.ok ? member(payload.value, "repository", "id") : void 0;
  return claimed === void 0 || claimed === id ? { name, id } : void 0;
}
function checkEnvironment({ environment }, { event, payload }) {
  if (event !== "deployment" && event !== "deployment_status") return void 0;
  const named2 = payload.ok ? member(payload.value, "deployment", "environment") : void 0;
  if (named2 === environment) return void 0;
  const deploying = `${typeof named2 === "string" ? named2 : "one that cannot be read"} (named by the event ${event})`;
  return { code: "environment_mismatch", authorized: environment, deploying };
}
function commitOfEvent(job) {
  switch (job.event) {
    case "push":
    case "workflow_dispatch":
    case "schedule":
    case "release":
      return named(job.sha, "GITHUB_SHA");
    case "pull_request":
      return fromPayload(job, "pull_request", "head", "sha");
    case "merge_group":
      return fromPayload(job, "merge_group", "head_sha");
    case "deployment":
      return fromPayload(job, "deployment", "sha");
    case "workflow_run":
      return commitOfWorkflowRun(job);
    default:
      return { problem: "its commit is not the one that a job would deploy" };
  }
}
var ownTriggers = /* @__PURE__ */ new Set(["push", "release", "schedule", "workflow_dispatch", "merge_group"]);
function commitOfWorkflowRun(job) {
  if (!job.payload.ok) return { problem: job.payload.fault };
  const run2 = member(job.payload.value, "workflow_run");
  const trigger = member(run2, "event");
  if (!ownTriggers.has(trigger)) {
    return { problem: `the run before was triggered by ${typeof trigger === "string" ? trigger : "nothing it names"}` };
  }
  const conclusion = member(run2, "conclusion");
  if (conclusion !== "success") {
    return { problem: `the run before ended in ${typeof conclusion === "string" ? conclusion : "nothing it names"}` };
  }
  const home = parseRepositoryId(Number(job.repositoryId));
  if (home === void 0 || member(run2, "head_repository", "id") !== home || member(run2, "repository", "id") !== home) {
    return { problem: "the run before was not of a commit of this repository" };
  }
  return fromPayload(job, "workflow_run", "head_sha");
}
var named = (value, where) => {
  const sha2 = parseCommitSha(value);
  return sha2 === void 0 ? { problem: `${where} is not a full commit` } : { sha: sha2 };
};
var fromPayload = ({ payload }, ...path) => payload.ok ? named(member(payload.value, ...path), path.join(".")) : { problem: payload.fault };
function pullRequestOf({ payload }, sha2) {
  if (!payload.ok || member(payload.value, "pull_request", "head", "sha") !== sha2) return void 0;
  return parseRepositoryId(member(payload.value, "pull_request", "number"));
}
function member(value, ...path) {
  return path.reduce(
    (at, name) => typeof at === "object" && at !== null && Object.hasOwn(at, name) ? at[name] : void 0,
    value
  );
}

// src/action/inputs.ts
function readInputs(read) {
  const form = new Form(read);
  const inputs = {
    environment: form.take("environment", parseEnvironment, "must be a name such as production (a-z 0-9 . _ / -)"),
    keys: readKeys(form),
    issuer: form.takeOptional(
      "issuer-url",
      parseOrigin,
      "must be an origin such as https://countersign.example, without a path or a slash at its end"
    ),
    receipt: read("receipt").trim(),
    token: read("github-token").trim(),
    app: form.takeOptional("app-id", parseId, "must be the id of the issuer's GitHub App, in plain decimal"),
    repository: readRepository(form),
    sha: form.takeOptional("sha", parseCommitSha, "must be the full commit: 40 or 64 lower-case hex digits"),
    match: form.take("match", oneOf2("commit", "tree"), "must be commit or tree"),
    checkout: form.take("checkout", oneOf2("verify", "ignore"), "must be verify or ignore"),
    path: read("path").trim(),
    limits: readLimits(form),
    maxTtl: form.take("max-ttl", parseLife, "must be a duration such as 90s, 15m, 1h or 7d"),
    ledgerKey: form.takeOptional(
      "ledger-key",
      (text) => parseVerifierKey(text) === void 0 ? void 0 : text,
      "must be the ledger's key as the issuer prints it, name+id+base64"
    ),
    wait: form.take("wait", parseDuration, "must be 0, or a duration such as 90s, 15m or 1h"),
    redeem: form.take("redeem", parseSwitch, "must be true or false"),
    report: form.take("report", parseSwitch, "must be true or false")
  };
  if (inputs.redeem === true && inputs.issuer === void 0) {
    form.fault("issuer-url", 'is missing; with "redeem" the issuer records that this run uses the receipt');
  }
  if (inputs.receipt === "" && inputs.token === "" && inputs.issuer === void 0) {
    form.fault(
      "github-token",
      'is empty, and neither "receipt" nor "issuer-url" is given: there is nowhere to look for a receipt'
    );
  }
  return form.finish(inputs);
}
var faulty2 = /* @__PURE__ */ Symbol("faulty");
var Form = class {
  #read;
  #problems = [];
  constructor(read) {
    this.#read = read;
  }
  /** Not trimmed before `parse`: an environment "production " is refused, never normalized. */
  text(name) {
    return this.#read(name);
  }
  take(name, parse, rule) {
    const text = this.text(name);
    const value = parse(text);
    return value ?? this.fault(name, text === "" ? `is missing; it ${rule}` : `is ${quote2(text)}; it ${rule}`);
  }
  takeOptional(name, parse, rule) {
    return this.text(name) === "" ? void 0 : this.take(name, parse, rule);
  }
  fault(name, problem) {
    this.#problems.push(`the input "${name}" ${problem}`);
    return faulty2;
  }
  finish(inputs) {
    if (this.#problems.length > 0) return { ok: false, fault: this.#problems };
    return { ok: true, value: inputs };
  }
};
var quote2 = (text) => JSON.stringify(text.length > 24 ? `${text.slice(0, 12)}\u2026` : text);
function readKeys(form) {
  const parsed = parsePinnedKeys(form.text("public-key"));
  if (parsed.ok) return parsed.value;
  return form.fault("public-key", `is wrong: ${parsed.fault.join("; ")}`);
}
function readRepository(form) {
  const name = form.takeOptional("repository", parseRepositoryName, "must be owner/name");
  const id = form.takeOptional("repository-id", parseId, "must be the numeric id, in plain decimal");
  if (name === void 0 && id === void 0) return void 0;
  if (id === void 0) return form.fault("repository-id", 'is missing; it must be given together with "repository"');
  if (name === void 0) return form.fault("repository", 'is missing; it must be given together with "repository-id"');
  return name === faulty2 || id === faulty2 ? faulty2 : { name, id };
}
function readLimits(form) {
  const minApprovals = form.take("min-approvals", parseApprovals, `must be a number from 1 to ${maxApprovals}`);
  const requireProof = form.take("require-proof", oneOf2(...proofWords), `must be ${proofWords.join(" or ")}`);
  const refuseFlags = readFlags(form);
  if (minApprovals === faulty2 || requireProof === faulty2 || refuseFlags === faulty2) return faulty2;
  return { minApprovals, requireProof, refuseFlags };
}
function readFlags(form) {
  const words2 = form.text("refuse-flags").split(/[\s,]+/).filter((word) => word !== "");
  const flags = words2.map((word) => flagWords.find((flag) => flag === word));
  const unknown = words2.filter((_, i) => flags[i] === void 0);
  if (unknown.length === 0) return flags.filter((flag) => flag !== void 0);
  return form.fault(
    "refuse-flags",
    `has the unknown word ${unknown.map(quote2).join(", ")}; the words are ${flagWords.join(", ")}`
  );
}
var oneOf2 = (...words2) => (text) => words2.find((word) => word === text);
var parseSwitch = (text) => text === "true" ? true : text === "false" ? false : void 0;
var plainDecimal = /^(?:0|[1-9][0-9]{0,15})$/;
var parseId = (text) => plainDecimal.test(text) ? parseRepositoryId(Number(text)) : void 0;
var parseApprovals = (text) => {
  const count2 = plainDecimal.test(text) ? Number(text) : NaN;
  return count2 >= 1 && count2 <= maxApprovals ? count2 : void 0;
};
var parseLife = (text) => {
  const ms = parseDuration(text);
  return ms === void 0 || ms === 0 ? void 0 : ms;
};

// src/action/sources/file.ts
var import_node_path2 = __toESM(require_path(), 1);
function receiptInput(receipt, workspace) {
  return {
    name: 'the input "receipt"',
    find: () => Promise.resolve(receipt.startsWith("{") ? { candidates: [receipt] } : readReceiptFile(receipt, workspace))
  };
}
function readReceiptFile(path, workspace) {
  const file = readBounded((0, import_node_path2.resolve)(workspace, path), maxReceiptBytes);
  switch (file.kind) {
    case "read":
      return readBytes(file.bytes);
    case "too_large":
      return { candidates: [], refusal: { code: "receipt_too_large", problem: file.problem } };
    case "unreadable": {
      const problem = `the input "receipt" names the file ${JSON.stringify(path.slice(0, 200))}, but ${file.problem}; give the path of a readable file, or the receipt's JSON itself`;
      return { candidates: [], refusal: { code: "input_invalid", problems: [problem] } };
    }
    default:
      return file;
  }
}
function readBytes(bytes) {
  if (bytes.length === 0) return malformed("the file is empty");
  const mark = `${bytes[0] ?? 0} ${bytes[1] ?? 0}`;
  if (mark === "255 254" || mark === "254 255")
    return malformed("the file is UTF-16 text; save it as UTF-8 without a byte-order mark");
  return { candidates: [bytes] };
}
var malformed = (problem) => ({ candidates: [], refusal: { code: "receipt_malformed", problem } });

// src/action/sources/bounded-fetch.ts
var TooLarge = class extends Error {
  constructor(maxBytes) {
    super(`its answer has more than ${maxBytes} bytes`);
  }
};
function boundedFetch(fetchOf, maxBytes) {
  return async (resource, options) => {
    const answer = await fetchOf(resource, options);
    const body = answer.body === null ? null : await readBounded2(answer.body, maxBytes);
    return new Response(body, { status: answer.status, statusText: answer.statusText, headers: answer.headers });
  };
}
async function readBounded2(stream, maxBytes) {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > maxBytes) throw new TooLarge(maxBytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

// src/action/sources/check-runs.ts
var maxCandidates = 50;
var maxRevocations = 60;
function readCheckRuns(runs) {
  const checkpoints = /* @__PURE__ */ new Map();
  const revocations = /* @__PURE__ */ new Set();
  let unread;
  let skipped = 0;
  for (const { text, summary } of runs) {
    const blocks = readFencedBlocks(text);
    const revoked = blocks.filter(isRevocationForm);
    for (const one of revoked.slice(0, maxRevocations)) revocations.add(one);
    if (revoked.length > maxRevocations) unread = `a check run holds more than ${maxRevocations} of them`;
    const receipt = readOnlyBlock(blocks.filter((block) => !isRevocationForm(block)));
    if (receipt === void 0 || !isReceiptForm(receipt)) skipped += revoked.length > 0 ? 0 : 1;
    else checkpoints.set(receipt, [...checkpoints.get(receipt) ?? [], ...readNote(summary)]);
  }
  return {
    candidates: [...checkpoints.keys()].slice(0, maxCandidates),
    cut: checkpoints.size > maxCandidates ? `it holds more than ${maxCandidates} receipts` : void 0,
    revocations: [...revocations],
    unread,
    checkpoints,
    skipped
  };
}
var readFencedBlock = (text) => readOnlyBlock(readFencedBlocks(text));
function readOnlyBlock([block, ...more]) {
  return more.length === 0 && block !== void 0 && block.length <= maxReceiptBytes ? block : void 0;
}
function readFencedBlocks(text) {
  const lines = text.split(/\r?\n/);
  const fences = lines.flatMap((line, i) => /^```[a-z]*$/.test(line.trimEnd()) ? [i] : []);
  if (fences.length % 2 !== 0) return [];
  return fences.flatMap((at, i) => i % 2 === 0 ? [lines.slice(at + 1, fences[i + 1]).join("\n")] : []);
}
function isReceiptForm(text) {
  const json = parseJson(text);
  return json.ok && parseReceipt(json.value).ok;
}
var isRevocationForm = (text) => text.length <= maxReceiptBytes && text.includes('"countersign.revocation/v1"');
var maxNoteLength = 1024;
var notePattern = /^(?:[ !-_a-~]{1,400}\n){3}\n(?:\u2014 [!-_a-~]{1,300} [A-Za-z0-9+/=]{1,200}(?:\n|$)){1,4}$/u;
function readNote(summary) {
  const block = readFencedBlock(summary);
  return block !== void 0 && block.length <= maxNoteLength && notePattern.test(block) ? [`${block}
`] : [];
}

// src/action/sources/outage.ts
function describeOutage(fault, limit) {
  if (limit.aborted) return "it did not finish its answer in time";
  const chain = faultChain(fault);
  const tooLarge = chain.find((link) => link instanceof TooLarge);
  if (tooLarge !== void 0) return tooLarge.message;
  const code2 = chain.map(faultCode).find((word) => word !== void 0);
  return code2 === void 0 ? "it could not be asked" : `it could not be reached (${code2})`;
}

// src/action/sources/rate-limit.ts
var usualPauseMs = 6e4;
var longestPauseMs = 36e5;
function readRateLimitEnd(fault, now) {
  const status = faultMember(fault, "status");
  const headers = headersOf(fault);
  const isUsedUp = String(headers["x-ratelimit-remaining"]) === "0";
  const isTooFast = headers["retry-after"] !== void 0 || /rate limit/i.test(String(faultMember(fault, "message")));
  if (status !== 429 && !(status === 403 && (isUsedUp || isTooFast))) return void 0;
  const retryAfterMs = Number(headers["retry-after"]) * 1e3;
  const untilResetMs = isUsedUp ? Number(headers["x-ratelimit-reset"]) * 1e3 - Date.parse(String(headers["date"])) : NaN;
  const pauseMs = [retryAfterMs, untilResetMs].find(Number.isFinite) ?? usualPauseMs;
  return now + Math.min(Math.max(pauseMs, 1e3), longestPauseMs);
}
function headersOf(answer) {
  const response = faultMember(answer, "response") ?? answer;
  const headers = faultMember(response, "headers");
  return typeof headers === "object" && headers !== null ? headers : {};
}
var hourMs = 36e5;
var usualQuota = 1e3;
var Pace = class {
  #begin;
  #spent = 0;
  #quota = usualQuota;
  #restsUntil = -Infinity;
  /** Until when GitHub wants to be left alone; undefined when it does not. */
  restsUntil(now) {
    return now < this.#restsUntil ? this.#restsUntil : void 0;
  }
  mayAsk(now) {
    const third = this.#quota / 3;
    const earned = 0.9 * third * (now - (this.#begin ?? now)) / hourMs;
    return this.restsUntil(now) === void 0 && this.#spent < 0.1 * third + earned;
  }
  /** An answer "not modified" costs nothing of the quota. */
  spend(now, headers) {
    this.#begin ??= now;
    this.#spent += 1;
    const quota = Number(headers["x-ratelimit-limit"]);
    if (quota > 0) this.#quota = quota;
  }
  rest(until) {
    this.#restsUntil = until;
  }
};

// src/action/sources/check-run-reader.ts
var maxPages = 3;
var perPage = 100;
var CheckRunReader = class {
  #open;
  #pace;
  #pages = /* @__PURE__ */ new Map();
  #last;
  constructor(open, pace) {
    this.#open = open;
    this.#pace = pace;
  }
  /** What is there now, or what was there before where a job that waits has asked often enough. */
  async read(limit) {
    if (this.#last !== void 0 && !this.#pace.mayAsk(Date.now())) return { ...this.#last, isKept: true };
    return this.readAnew(limit);
  }
  async readAnew(limit) {
    const end = this.#pace.restsUntil(Date.now());
    this.#last = end === void 0 ? await this.#readPages(limit) : { candidates: [], problem: describeRateLimit(end) };
    return this.#last;
  }
  async #readPages(limit) {
    const pages = [];
    try {
      const fetchPage = await this.#open();
      for (let page = 1; page <= maxPages; page++) {
        const { runs } = await this.#readPage(fetchPage, { page, limit });
        pages.push(runs);
        if (runs.length < perPage) return readCheckRuns(pages.flat());
      }
      return withRest(readCheckRuns(pages.flat()));
    } catch (fault) {
      const end = readRateLimitEnd(fault, Date.now());
      if (end !== void 0) this.#pace.rest(end);
      const problem = end === void 0 ? describeGitHubOutage(fault, limit, "checks: read") : describeRateLimit(end);
      return { ...readCheckRuns(pages.flat()), problem };
    }
  }
  async #readPage(fetchPage, { page, limit }) {
    const known = this.#pages.get(page);
    try {
      const { runs, headers } = await fetchPage({ page, limit, etag: known?.etag });
      const { etag } = headersOf({ headers });
      this.#pace.spend(Date.now(), headersOf({ headers }));
      this.#pages.set(page, { runs, etag: typeof etag === "string" ? etag : void 0 });
      return { runs };
    } catch (fault) {
      if (known !== void 0 && faultMember(fault, "status") === 304) return known;
      this.#pace.spend(Date.now(), headersOf(fault));
      throw fault;
    }
  }
};
function withRest(answer) {
  const bound = `there are ${maxPages * perPage} check runs of this name or more`;
  return { ...answer, cut: bound, unread: `${bound}; give the input "app-id", so that only the issuer's are asked for` };
}
var describeRateLimit = (end) => `the rate limit of "github-token" is used up, until ${printSecondsTime(end)}`;
function describeGitHubOutage(fault, limit, permission) {
  const status = faultMember(fault, "status");
  const answered = faultMember(fault, "response") !== void 0;
  if (limit.aborted || typeof status !== "number" || !answered) return describeOutage(fault, limit);
  if (status === 401) return 'it answered 401: the input "github-token" is not valid';
  if (status === 403 || status === 404) return `it answered ${status}: give the job the permission "${permission}"`;
  if (status === 422) return "it answered 422: GitHub knows no such commit in this repository";
  return `it answered ${status}`;
}

// src/action/sources/github.ts
var maxPageBytes = 16 * 1024 * 1024;
function gitHubCheckRuns(wanted, access) {
  const pace = new Pace();
  const readers = /* @__PURE__ */ new Map();
  const { sha: deployed } = wanted.deployment;
  const readerOf = (sha2) => {
    const reader = readers.get(sha2) ?? new CheckRunReader(() => openCheckRuns(wanted, access, sha2), pace);
    readers.set(sha2, reader);
    return reader;
  };
  return {
    name: "GitHub",
    find: (limit) => readerOf(deployed).read(limit),
    revocationsOf: (sha2) => ({
      name: `GitHub (${sha2 === deployed ? "asked again" : `the commit ${sha2}`})`,
      find: (limit) => readerOf(sha2).readAnew(limit)
    })
  };
}
var ownerAndName = (repository) => {
  const [owner = "", repo = ""] = repository.split("/");
  return { owner, repo };
};
async function openToolkit({ apiUrl, token }) {
  const { getOctokit, defaults } = await import("./github-toolkit.js");
  const request = { fetch: boundedFetch(defaults.request?.fetch, maxPageBytes) };
  return getOctokit(token, { baseUrl: apiUrl, request });
}
async function openCheckRuns({ environment, deployment }, access, sha2) {
  const octokit = await openToolkit(access);
  return async ({ page, etag, limit }) => {
    const answer = await octokit.request("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", {
      ...ownerAndName(deployment.repository),
      ref: sha2,
      check_name: `countersign / ${environment}`,
      filter: "latest",
      ...access.app !== void 0 && { app_id: access.app },
      per_page: perPage,
      page,
      headers: etag === void 0 ? {} : { "if-none-match": etag },
      request: { signal: limit }
    });
    return { runs: parseCheckRuns(answer.data), headers: answer.headers };
  };
}
function parseCheckRuns(data) {
  const runs = typeof data === "object" && data !== null && "check_runs" in data ? data.check_runs : void 0;
  if (!Array.isArray(runs)) throw new TypeError('the answer has no list "check_runs"');
  return runs.map((run2) => {
    const output = typeof run2 === "object" && run2 !== null && "output" in run2 ? run2.output : void 0;
    return { text: textMember(output, "text"), summary: textMember(output, "summary") };
  });
}
function textMember(output, name) {
  const value = faultMember(output, name);
  return typeof value === "string" ? value : "";
}

// src/action/request.ts
function readRequest(read, job) {
  const form = readInputs(read);
  if (!form.ok) return { ok: false, fault: { code: "input_invalid", problems: form.fault } };
  const inputs = form.value;
  if (!staysWithin({ path: inputs.path, workspace: job.workspace })) {
    const problem = `the input "path" is ${JSON.stringify(inputs.path)}; it must be a folder of the workspace`;
    return { ok: false, fault: { code: "input_invalid", problems: [problem] } };
  }
  const reading = readDeployment(inputs, job);
  return reading.ok ? { ok: true, value: { inputs, ask: { ...inputs, deployment: reading.value } } } : reading;
}
async function openPlaces(request, job, { env, mask }) {
  const { ask, inputs } = request;
  const issuer = ask.issuer === void 0 ? void 0 : await openIssuer(ask, { ...job, issuer: ask.issuer, env, mask });
  const checkout = checkoutInspector({ path: inputs.path, workspace: job.workspace }, env);
  return {
    issuer,
    places: {
      checkout,
      sources: openSources(request, job, issuer),
      readTree: (tell) => readTree(checkout, ask, tell),
      identity: issuer?.identity ?? await openIdentity({ env, mask }),
      issuer: issuer?.tools
    }
  };
}
async function openIssuer(ask, place) {
  const lazy = await import("./open-issuer.js");
  return lazy.openIssuer(ask, place);
}
async function openIdentity(machine) {
  if ((machine.env["ACTIONS_ID_TOKEN_REQUEST_URL"] ?? "") === "") {
    return { environment: () => Promise.resolve({ kind: "no token" }), forgetOutage: () => void 0 };
  }
  const lazy = await import("./open-issuer.js");
  return lazy.openIdentity(machine);
}
function openSources({ ask, inputs }, { apiUrl, workspace }, issuer) {
  const { receipt, token, app } = inputs;
  return [
    ...receipt === "" ? [] : [receiptInput(receipt, workspace)],
    ...token === "" ? [] : [gitHubCheckRuns(ask, { apiUrl, token, app })],
    ...issuer === void 0 ? [] : [issuer.source]
  ];
}
async function readTree({ readTree: read }, ask, tell) {
  const { sha: sha2 } = ask.deployment;
  const tree = await read(sha2, { byFiles: ask.checkout === "verify", tell });
  if (tree !== void 0) return { ok: true, value: tree };
  return { ok: false, fault: `the tree of ${sha2} is not shown by bytes: check the commit out before this step` };
}

// src/action/runner.ts
var import_node_fs3 = __toESM(require_fs(), 1);

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
var os3 = __toESM(require_os(), 1);
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
function setOutput(name, value) {
  const filePath = process.env["GITHUB_OUTPUT"] || "";
  if (filePath) {
    return issueFileCommand("OUTPUT", prepareKeyValueMessage(name, value));
  }
  process.stdout.write(os3.EOL);
  issueCommand("set-output", { name }, toCommandValue(value));
}
function error(message, properties = {}) {
  issueCommand("error", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function warning(message, properties = {}) {
  issueCommand("warning", toCommandProperties(properties), message instanceof Error ? message.toString() : message);
}
function info(message) {
  process.stdout.write(message + os3.EOL);
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

// src/action/runner.ts
var readInput = (name) => getInput(name, { trimWhitespace: name !== "environment" });
var hideSecret = (secret) => setSecret(secret);
function maskToken() {
  const token = readInput("github-token");
  if (token !== "") hideSecret(token);
}
function openRunner(env) {
  return {
    say: (kind, text, title) => {
      switch (kind) {
        case "error": {
          error(text, { title });
          return;
        }
        case "warning": {
          warning(text, { title });
          return;
        }
        case "info": {
          info(text);
          return;
        }
        default:
          return kind;
      }
    },
    record: (name, value) => {
      requireFile(env, "GITHUB_OUTPUT");
      setOutput(name, value);
    },
    summarize: (markdown) => (0, import_node_fs3.appendFileSync)(requireFile(env, "GITHUB_STEP_SUMMARY"), markdown),
    web: parseOrigin(env["GITHUB_SERVER_URL"])
  };
}
var openNotebook = () => ({
  keep: saveState,
  kept: getState,
  warn: (text) => warning(text, { title: "Countersign" })
});
function requireFile(env, variable) {
  const path = env[variable] ?? "";
  if (path === "" || !(0, import_node_fs3.existsSync)(path))
    throw new Error(`${variable} does not name a file, so the runner would not see what is written`);
  return path;
}

// src/gate/candidate.ts
var refuse3 = (examined, refusal, at = checkOf(refusal.code)) => ({
  decision: deny(refusal),
  examined: { ...examined, refusedAt: at }
});
var isSettled = (decision) => decision.kind === "allow" || decision.refusal.code === "checkout_mismatch";
var furthest = (examination) => examination.reduce(
  (best, next) => best !== void 0 && rankOf(best) >= rankOf(next) ? best : next,
  void 0
);
var rankOf = ({ decision, examined }) => decision.kind === "allow" ? Infinity : rankOfCheck(examined.refusedAt ?? "none");

// src/gate/preconditions.ts
async function compareEnvironment({ environment }, { identity, limit }) {
  const answer = await identity.environment(limit());
  switch (answer.kind) {
    case "unnamed":
    case "no token":
      return { ok: true, value: answer.kind };
    case "unknown": {
      const problem = `which environment GitHub gives this job is not known: ${answer.problem}`;
      return { ok: false, fault: { code: "source_unreachable", problems: [problem] } };
    }
    case "named": {
      if (answer.environment === environment) return { ok: true, value: "named" };
      const deploying = `${answer.environment} (named by the OIDC token of this job)`;
      return { ok: false, fault: { code: "environment_mismatch", authorized: environment, deploying } };
    }
    default:
      return answer;
  }
}
async function readContent({ match }, { readTree: readTree2, progress }) {
  if (match === "commit") return { ok: true, value: void 0 };
  const answer = await readTree2(progress);
  return answer.ok ? answer : { ok: false, fault: { code: "source_unreachable", problems: [answer.fault] } };
}

// src/gate/redemption.ts
var noIssuer = {
  code: "input_invalid",
  problems: [
    'the receipt serves one run (it is flagged once, or the input "redeem" is true), and only the issuer can record that: give the input "issuer-url"'
  ]
};
var servesOneRun = ({ redeem: redeem2 }, { flags }) => redeem2 || flags.includes("once");
function foresee(accepted, revocation, { ask, tools }) {
  const foreseen = decide(accepted, { revocation, redeemed: true });
  if (foreseen.kind === "deny") return foreseen.refusal;
  return servesOneRun(ask, accepted.receipt) && tools.issuer === void 0 ? noIssuer : void 0;
}
var stoppedAt = (refusal) => refusal === noIssuer ? "single use" : checkOf(refusal.code);
async function redeem(redeeming, ask, { issuer, limit, clock }) {
  const { receipt } = redeeming.accepted;
  if (!servesOneRun(ask, receipt)) return { ok: true, value: void 0 };
  if (issuer === void 0) return { ok: false, fault: noIssuer };
  const answer = await issuer.client.redeem(receipt.id, limit());
  return answer.kind === "answered" ? readRedemption(answer.body, redeeming, { issuer, clock }) : { ok: false, fault: describeRedemption(answer, redeeming.accepted, clock) };
}
function readRedemption(body, { accepted: { receipt }, keys }, { issuer, clock }) {
  const terms = { keys, receipt: receipt.id };
  const verdict = verifyStatus(body, { ...terms, now: clock.now() });
  const status = verdict.valid ? verdict : readLastingNo(body, { ...terms, issuedAt: receipt.issuedAt });
  if (status === void 0) {
    return { ok: false, fault: unrecorded(verdict.valid ? "" : verdict.reason.replace(/\.$/, "")) };
  }
  const refusal = refuseByStatus(receipt, status);
  return refusal === void 0 ? compareRun(status, issuer.runId) : { ok: false, fault: refusal };
}
function compareRun({ receipt, status, run: run2 }, runId) {
  if (status !== "redeemed" || run2 === void 0) return { ok: false, fault: unrecorded("its answer names no run") };
  return run2.id === runId && runId !== "" ? { ok: true, value: run2.at } : { ok: false, fault: { code: "already_used", receipt, run: run2.id, at: run2.at } };
}
var unrecorded = (problem) => ({
  code: "source_unreachable",
  problems: [`the issuer did not record that this run uses the receipt: ${problem}`]
});
function describeRedemption(answer, { receipt: { id, expiresAt } }, clock) {
  switch (answer.kind) {
    case "already_used":
      return { code: "already_used", receipt: id, run: answer.run, at: answer.at };
    case "revoked":
      return { code: "revoked", receipt: id };
    case "expired":
      return { code: "expired", expiresAt, now: printSecondsTime(clock.now()) };
    case "not permitted":
      return { code: "input_invalid", problems: [`the receipt serves one run, and ${answer.problem}`] };
    case "unreachable":
      return unrecorded(answer.problem);
    default:
      return answer;
  }
}

// src/gate/checkpoint.ts
async function findCheckpoint({ answers, examined }, key) {
  const notes = [...new Set(answers.flatMap(({ answer }) => answer.checkpoints?.get(examined?.candidate) ?? []))];
  const [note] = notes;
  if (note === void 0) return { kind: "none" };
  if (key === void 0) return { kind: "unverified", note };
  const { verifyCheckpoint } = await import("./verify-note.js");
  let largest;
  let reason;
  for (const one of notes) {
    const result = verifyCheckpoint(one, key);
    if (!result.valid) reason ??= result.reason;
    else if (largest === void 0 || result.size > largest.size) largest = { note: one, size: result.size };
  }
  return largest === void 0 ? { kind: "refused", note, reason: reason ?? "" } : { kind: "verified", note: largest.note };
}

// src/gate/search.ts
var Search = class {
  ask;
  tools;
  /** What a receipt must be for. Every field comes from the job; none is taken from a receipt. */
  expect;
  #tree;
  #answers = /* @__PURE__ */ new Map();
  #revocationPlaces = /* @__PURE__ */ new Map();
  /** Absent while there is nobody to ask and nothing was seen: then none of it is loaded. */
  #check;
  #checkout;
  /** The tree that it was compared with. */
  #compared;
  /** `tree` is given for `match: tree`. */
  constructor(ask, tools, tree) {
    this.ask = ask;
    this.tools = tools;
    this.#tree = tree;
    this.expect = expectationOf(ask, tree);
  }
  /** A source is asked when those before it had nothing that counts. */
  async *candidates() {
    for (const source of this.tools.sources) {
      const { refusal, candidates } = await this.#open(source);
      if (refusal !== void 0) yield { source: source.name, candidate: void 0, refusal };
      for (const candidate of candidates) yield { source: source.name, candidate };
    }
  }
  /** As far as revocations came with the answers so far. */
  seenRevocation(receipt) {
    return this.#check?.refusalOf(receipt);
  }
  async hearIssuer(receipt) {
    if (this.tools.issuer === void 0) return { keys: this.ask.keys };
    const check = await this.#openCheck();
    const status = await check.status(receipt);
    return { status, keys: await check.trustedKeys() };
  }
  /** One question, and one answer is enough: the issuer's word, or GitHub's check runs where all of them were read. */
  async askRevocation(receipt, status) {
    if (status !== void 0) return { kind: "status", status };
    const places = this.#placesOf(receipt.scope.sha);
    const problems = [];
    for (const place of places) {
      const { problem, unread } = await this.#open(place);
      const gap = problem ?? (unread === void 0 ? void 0 : `revocations could not be read to the end: ${unread}`);
      if (gap === void 0) return { kind: "read to the end" };
      problems.push(`${place.name}: ${gap}`);
    }
    const { issuer } = this.tools;
    if (places.length === 0 && issuer === void 0) return { kind: "not asked" };
    return { kind: "unknown", problems: [...problems, ...this.#check?.silence ?? []] };
  }
  /** What an earlier try saw does not answer it. Revocations lie with the commit that the receipt names: with `match: tree` it may be another than the deployed one. */
  #placesOf(sha2) {
    const known = this.#revocationPlaces.get(sha2);
    if (known !== void 0) return known;
    const { sources } = this.tools;
    const places = sources.flatMap((source) => {
      if (source.revocationsOf === void 0) return [];
      const isRead = sha2 === this.ask.deployment.sha && this.#answers.get(source)?.isKept !== true;
      return [isRead ? source : source.revocationsOf(sha2)];
    });
    this.#revocationPlaces.set(sha2, places);
    return places;
  }
  /** With the tree that was signed. Nothing checked out yet is no fault: the output `sha` is what to check out next. */
  async compareCheckout({ scope: { tree } }) {
    const { ask, tools } = this;
    if (ask.checkout === "ignore") return void 0;
    if (this.#checkout === void 0 || this.#compared !== tree) {
      this.#checkout = await tools.checkout.inspect({ sha: ask.deployment.sha, tree }, tools.progress);
      this.#compared = tree;
    }
    const { kind } = this.#checkout;
    switch (kind) {
      case "same":
      case "empty":
        return void 0;
      case "differs":
        return { code: "checkout_mismatch", problem: this.#checkout.problem, fix: this.#checkout.fix };
      default:
        return kind;
    }
  }
  nothingFound() {
    return this.#check?.lastRefusal() ?? nothingFound(this.ask, this.#named());
  }
  async conclude({ decision, examined }) {
    const { ask } = this;
    const found = { answers: this.#named(), examined };
    const accepted = decision.kind === "allow" ? decision.because.receipt : void 0;
    return {
      decision,
      ask,
      ...found,
      checkpoint: accepted === void 0 ? void 0 : await findCheckpoint(found, ask.ledgerKey),
      checkout: this.#checkout,
      warnings: this.#check?.warningsOf(accepted) ?? []
    };
  }
  #named() {
    return [...this.#answers].map(([{ name }, answer]) => ({ source: name, answer }));
  }
  /** A source is asked once, whatever for. */
  async #open(source) {
    const answer = this.#answers.get(source) ?? await source.find(this.tools.limit(), this.#tree);
    this.#answers.set(source, answer);
    if ((answer.revocations ?? []).length > 0) (await this.#openCheck()).keep(answer);
    return answer;
  }
  async #openCheck() {
    if (this.#check === void 0) {
      const { RevocationCheck: Loaded } = await import("./revocation-check.js");
      this.#check = new Loaded(this.ask, this.tools);
    }
    return this.#check;
  }
};
function expectationOf({ environment, deployment, issuer, match }, tree) {
  const { repository, repositoryId, sha: sha2 } = deployment;
  const content = match === "tree" ? { tree } : { sha: sha2 };
  const expected = { action: "deploy", repository, repositoryId, ...content, environment };
  return issuer === void 0 ? expected : { ...expected, issuer };
}

// src/gate/wait.ts
var tryEveryMs = 1e4;
var pauseAtLeastMs = 1e3;
var minuteMs = 6e4;
async function tryInTime({ wait }, { clock: { now, pause }, progress }, attempt2) {
  const begin = now();
  const end = begin + wait;
  let told = -1;
  for (; ; ) {
    const started = now();
    const outcome = await attempt2();
    const { decision } = outcome;
    if (decision.kind === "allow" || isOver(outcome) || !(now() < end)) return outcome;
    const minute = Math.floor((now() - begin) / minuteMs);
    if (minute > told) progress(describeWait(decision.refusal, { minute, wait }));
    told = minute;
    await pause(Math.min(Math.max(started + tryEveryMs - now(), pauseAtLeastMs), end - now()));
  }
}
var isOver = ({ decision, examined }) => isSettled(decision) || examined === void 0 && decision.kind === "deny" && decision.refusal.code === "environment_mismatch";
var describeWait = ({ code: code2 }, { minute, wait }) => `Waiting for a receipt (${code2}): ${minute} of at most ${Math.ceil(wait / minuteMs)} minutes.`;

// src/gate.ts
async function runGate(ask, tools) {
  const content = await readContent(ask, tools);
  if (!content.ok) return refuseUnasked(ask, content.fault);
  return tryInTime(ask, tools, async () => {
    tools.identity.forgetOutage();
    const compared2 = await compareEnvironment(ask, tools);
    if (!compared2.ok) return refuseUnasked(ask, compared2.fault);
    const outcome = await findReceipt(new Search(ask, tools, content.value));
    return { ...outcome, jobEnvironment: compared2.value };
  });
}
var refuseUnasked = (ask, refusal) => ({
  decision: deny(refusal),
  ask,
  answers: [],
  warnings: []
});
async function findReceipt(search) {
  const refused = [];
  for await (const candidate of search.candidates()) {
    const examination = await examine(candidate, search);
    if (isSettled(examination.decision)) return search.conclude(examination);
    refused.push(examination);
  }
  return search.conclude(furthest(refused) ?? { decision: deny(search.nothingFound()) });
}
async function examine({ refusal, ...candidate }, search) {
  if (refusal !== void 0) return refuse3(candidate, refusal);
  const { ask, tools } = search;
  const early = verifyAndAccept(candidate, ask.keys, search);
  if (early.kind === "deny") return refuse3(candidate, early.refusal);
  const { receipt } = early.accepted;
  const seen = search.seenRevocation(receipt);
  if (seen !== void 0) return refuse3(candidate, seen);
  const { keys, status } = await search.hearIssuer(receipt);
  const heard = { ...candidate, status };
  const acceptance = tools.issuer === void 0 ? early : verifyAndAccept(candidate, keys, search);
  if (acceptance.kind === "deny") return refuse3(heard, acceptance.refusal);
  const { accepted } = acceptance;
  const revocation = await search.askRevocation(receipt, status);
  const answered = { ...heard, revocation };
  const revoked = search.seenRevocation(receipt);
  if (revoked !== void 0) return refuse3(answered, revoked);
  const hopeless = foresee(accepted, revocation, search) ?? await search.compareCheckout(receipt) ?? outlived(candidate, keys, search);
  if (hopeless !== void 0) return refuse3(answered, hopeless, stoppedAt(hopeless));
  const redemption = await redeem({ accepted, keys }, ask, tools);
  if (!redemption.ok) return refuse3(answered, redemption.fault, "single use");
  const late = outlived(candidate, keys, search);
  if (late !== void 0) return refuse3(answered, late);
  const redeemedAt = redemption.value;
  const decision = decide(accepted, { revocation, redeemed: redeemedAt !== void 0 });
  return { decision, examined: { ...answered, redeemedAt } };
}
function outlived(candidate, keys, search) {
  const again = verifyAndAccept(candidate, keys, search);
  return again.kind === "deny" ? again.refusal : void 0;
}
var verifyAndAccept = ({ candidate }, keys, { ask, tools, expect }) => accept(verifyReceipt(candidate, { keys, now: tools.clock.now(), maxTtl: ask.maxTtl, expect }), ask.limits);

// src/index.ts
var sourceLimitMs = 1e4;
async function run() {
  const job = readJob(process.env);
  const reading = readRequest(readInput, job);
  if (!reading.ok) return { outcome: refuseEarly(reading.fault) };
  const request = reading.value;
  const { places, issuer } = await openPlaces(request, job, { env: process.env, mask: hideSecret });
  const outcome = await runGate(request.ask, {
    ...places,
    clock: { now: Date.now, pause: (ms) => new Promise((resolve3) => setTimeout(resolve3, ms)) },
    limit: () => AbortSignal.timeout(sourceLimitMs),
    progress: (line) => process.stdout.write(`${line}
`)
  });
  const { decision } = outcome;
  if (decision.kind === "deny" || !request.inputs.report) return { outcome };
  return { outcome, begin: () => issuer?.beginReport(decision.because.receipt.id, openNotebook()) };
}
var refuseEarly = (refusal) => ({ decision: deny(refusal), answers: [], warnings: [] });
async function main() {
  const runner = openRunner(process.env);
  try {
    maskToken();
    const { outcome, begin } = await run();
    const exitCode = publishReport(outcome, runner);
    await begin?.();
    return exitCode;
  } catch (fault) {
    const message = faultMember(fault, "message");
    const problem = typeof message === "string" ? message : "something was thrown that is no error";
    return publishReport(refuseEarly({ code: "internal_error", problem }), runner);
  }
}
process.exitCode = 1;
var code = await main();
process.stdout.write("", () => process.exit(code));
