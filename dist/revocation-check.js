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

// src/protocol/times.ts
var secondsPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
function parseSecondsTime(value) {
  if (typeof value !== "string" || !secondsPattern.test(value)) return void 0;
  return new Date(value).getUTCDate() === Number(value.slice(8, 10)) ? value : void 0;
}
var secondsTimeToMs = (time4) => Date.parse(time4);

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
function verifyEd25519(publicKey2, message, signature) {
  return (0, import_node_crypto.verify)(null, message, importEd25519(publicKey2), signature);
}
var knownKeys = /* @__PURE__ */ new Map();
var maxKnownKeys = 16;
function importEd25519(publicKey2) {
  const name = encodeBase64url(publicKey2);
  const known = knownKeys.get(name);
  if (known !== void 0) return known;
  const key = (0, import_node_crypto.createPublicKey)({ key: Buffer.concat([spkiPrefix, publicKey2]), format: "der", type: "spki" });
  const [oldest] = knownKeys.keys();
  if (oldest !== void 0 && knownKeys.size >= maxKnownKeys) knownKeys.delete(oldest);
  knownKeys.set(name, key);
  return key;
}
var sha256 = (bytes) => new Uint8Array((0, import_node_crypto.createHash)("sha256").update(bytes).digest());
var hmacSha256 = (key, message) => new Uint8Array((0, import_node_crypto.createHmac)("sha256", key).update(message).digest());
var hkdfSha256 = ({ secret, salt, info, length }) => new Uint8Array((0, import_node_crypto.hkdfSync)("sha256", secret, salt, info, length));
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
function verifyEd255192({ publicKey: publicKey2, message, signature }, library = crypto_node_exports) {
  if (publicKey2.length !== 32 || signature.length !== 64) return false;
  const r = signature.subarray(0, 32);
  if (!isBelow(signature.subarray(32), order) || !isStrictPoint(publicKey2) || !isStrictPoint(r)) return false;
  try {
    return library.verifyEd25519(publicKey2, message, signature);
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
function hexToBytes(hex) {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = digitAt(hex, 2 * i) << 4 | digitAt(hex, 2 * i + 1);
  return bytes;
}
function digitAt(hex, at) {
  const code = hex.charCodeAt(at);
  return (code & 15) + (code > 57 ? 9 : 0);
}
var publicKeyBytes = (key) => hexToBytes(key.slice("pp_pk_".length));
var signatureBytes = (signature) => hexToBytes(signature.slice("ed25519:".length));

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
var oneOf = (...words) => by((value) => words.find((word) => word === value), words.map((word) => `"${word}"`).join(" or "));
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
function signingBytes(signed) {
  const { signature: _, ...body } = signed;
  return canonicalBytes(body);
}

// src/protocol/keys.ts
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
var faulty = (code, detail) => ({
  valid: false,
  code,
  reason: `${proofFaults[code].what}: ${detail}.`
});

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
  return checkKey(parsed.value, keys) ?? checkSignature(parsed.value) ?? { ok: true, value: parsed.value };
}
function checkKey({ publicKey: publicKey2, at }, keys) {
  const pin = keys.get(publicKey2);
  if (pin === void 0) return failed("key_not_pinned", `it is signed with ${publicKey2}`);
  if (pinTakes(pin, at)) return void 0;
  return failed("key_revoked", `${publicKey2} is pinned as "${pin.status}"`);
}
function checkSignature(signed) {
  const message = signingBytes(signed);
  if (message.length > maxSignedBytes) {
    return failed("too_large", `${message.length} signed bytes of at most ${maxSignedBytes}`);
  }
  const publicKey2 = publicKeyBytes(signed.publicKey);
  const signature = signatureBytes(signed.signature);
  if (verifyEd255192({ publicKey: publicKey2, message, signature })) return void 0;
  return failed("signature_invalid", `something in it was changed, or ${signed.publicKey} never signed it`);
}
var failed = (wrong, reason) => ({
  ok: false,
  fault: { wrong, reason }
});

// src/protocol/revocation.ts
var revocationCauses = ["person", "closed", "denied", "permission"];
function parseRevocationId(value) {
  return typeof value === "string" && /^rvk_[0-9a-hjkmnp-tv-z]{26}$/.test(value) ? value : void 0;
}
var id = by(parseAccountId, "a non-negative safe integer");
var personMembers = { login: by(parseLogin, '1 to 64 printable ASCII characters without ` $ " \\ <'), id };
var statementMembers2 = {
  kind: oneOf("issue_comment"),
  id: by((value) => parseRepositoryId(value), "a non-negative safe integer"),
  digest: by(parseDigest, '"sha256:" and 64 lower-case hex digits')
};
var revocationMembers = {
  type: oneOf("countersign.revocation/v1"),
  id: by(parseRevocationId, "rvk_ and a lower-case ULID"),
  receipt: by(parseReceiptId, "rcpt_dg_ or rcpt_bg_ and a lower-case ULID"),
  repositoryId: by(parseRepositoryId, "a non-negative safe integer"),
  revokedBy: (value, path) => readMembers({ value, path }, personMembers),
  statement: (value, path) => value === null ? null : readMembers({ value, path }, statementMembers2),
  at: by(parseSecondsTime, "a time YYYY-MM-DDTHH:MM:SSZ that exists"),
  cause: oneOf(...revocationCauses),
  publicKey: by(parsePublicKey, "pp_pk_ and 64 lower-case hex digits"),
  signature: by(parseSignature, "ed25519: and 128 lower-case hex digits")
};
function parseRevocation(value) {
  try {
    const revocation = readMembers({ value, path: "" }, revocationMembers);
    const { cause, statement } = revocation;
    if (statement === null && (cause === "person" || cause === "denied")) {
      throw new ShapeFault("statement", "must name the comment that asked for it");
    }
    return { ok: true, value: revocation };
  } catch (fault) {
    if (fault instanceof ShapeFault) return { ok: false, fault: fault.message };
    throw fault;
  }
}
var revocationTargets = ["receipt", "repositoryId"];
function verifyRevocation(input, { keys, expect = {} }) {
  const read = readSigned(input, parseRevocation, keys);
  if (!read.ok) return faulty(`revocation_${read.fault.wrong}`, read.fault.reason);
  const unchecked = revocationTargets.filter((name) => !Object.hasOwn(expect, name));
  return checkTarget(read.value, expect) ?? { valid: true, revocation: read.value, unchecked };
}
function checkTarget(revocation, expect) {
  for (const name of revocationTargets) {
    if (!Object.hasOwn(expect, name)) continue;
    const wanted = expect[name];
    if (wanted === revocation[name]) continue;
    const shown = typeof wanted === "string" ? quote(wanted) : typeof wanted === "number" ? wanted : "no usable value";
    return faulty("revocation_mismatch", `its "${name}" is ${revocation[name]}, and ${shown} was expected`);
  }
  return void 0;
}

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
var skewMs = 6e4;
function verifyStatus(input, { keys, now, receipt }) {
  const read = readSigned(input, parseStatus, keys);
  if (!read.ok) return faulty(`status_${read.fault.wrong}`, read.fault.reason);
  const { value } = read;
  return checkTime(value, now) ?? checkReceipt(value, receipt) ?? resultOf(value);
}
var resultOf = ({ receipt, status, at, run }) => ({
  valid: true,
  receipt,
  status,
  at,
  ...run === void 0 ? {} : { run }
});
function readLastingNo(input, { keys, receipt, issuedAt }) {
  const read = readSigned(input, parseStatus, keys);
  if (!read.ok || checkReceipt(read.value, receipt) !== void 0) return void 0;
  const { status, at } = read.value;
  return status === "revoked" || status === "unknown" && issuedAt <= at ? resultOf(read.value) : void 0;
}
function checkTime({ at }, now) {
  const from = secondsTimeToMs(at);
  if (!(from - skewMs <= now))
    return faulty("status_not_yet_valid", `it was said at ${at}, which is still to come here`);
  return now < from + lifeMs ? void 0 : faulty("status_stale", `it was said at ${at}, five minutes ago or longer`);
}
function checkReceipt({ receipt }, expected) {
  if (expected === receipt) return void 0;
  const shown = typeof expected === "string" ? quote(expected) : "no usable value";
  return faulty("status_mismatch", `it is about ${receipt}, and ${shown} was expected`);
}

// src/protocol/key-set.ts
var maxKeys = 16;
var publicKey = by(parsePublicKey, "pp_pk_ and 64 lower-case hex digits");
var time3 = by(parseSecondsTime, "a time YYYY-MM-DDTHH:MM:SSZ that exists");
var timeOrNull = (value, path) => value === null ? null : time3(value, path);
var readKey = (value, path) => readMembers(
  { value, path },
  {
    publicKey,
    use: oneOf("receipt", "ledger"),
    status: oneOf("active", "retiring", "retired", "revoked"),
    notBefore: time3,
    notAfter: timeOrNull,
    revokedAt: timeOrNull
  }
);
var keySetMembers = {
  type: oneOf("countersign.keys/v1"),
  keys: listOf(readKey, { min: 1, max: maxKeys }),
  version: by((value) => parseRepositoryId(value), "a non-negative safe integer"),
  at: time3,
  publicKey,
  signature: by(parseSignature, "ed25519: and 128 lower-case hex digits")
};
function parseKeySet(value) {
  try {
    return { ok: true, value: readMembers({ value, path: "" }, keySetMembers) };
  } catch (fault) {
    if (fault instanceof ShapeFault) return { ok: false, fault: fault.message };
    throw fault;
  }
}
var readKeySet = (input, keys) => readSigned(input, parseKeySet, keys);
function narrowPins(pins, { keys }) {
  const narrowed = [...pins.values()].map(
    (pin) => keys.filter((one) => one.publicKey === pin.key && one.use === "receipt").reduce(narrowPin, pin)
  );
  return new Map(narrowed.map((pin) => [pin.key, pin]));
}
function narrowPin(pin, { status, notAfter, revokedAt }) {
  if (pin.status === "revoked" || status === "revoked" || revokedAt !== null) return { key: pin.key, status: "revoked" };
  const ends = [pin.status === "until" ? pin.until : null, notAfter].filter((end) => end !== null);
  const [until] = ends.sort();
  return until === void 0 ? pin : { key: pin.key, status: "until", until };
}
var isRetiring = ({ keys }, key) => keys.some((one) => one.publicKey === key && (one.status === "retiring" || one.status === "retired"));

// src/gate/revocation-check.ts
var RevocationCheck = class {
  #ask;
  #tools;
  #revocations = /* @__PURE__ */ new Map();
  #warnings = [];
  #trusted;
  #keySet;
  /** It gave no valid status once, and is asked for none again. */
  #isMute = false;
  /** Nobody answers there. */
  #isDown = false;
  #silence;
  constructor(ask, tools) {
    this.#ask = ask;
    this.#tools = tools;
  }
  /** Why the issuer gave no status, where it was asked and gave none. */
  get silence() {
    return this.#silence === void 0 ? [] : [this.#silence];
  }
  /** What was asked in vain; and of the receipt that is accepted, whether its key will be gone one day soon. */
  warningsOf(accepted) {
    if (accepted === void 0 || this.#keySet === void 0) return this.#warnings;
    const { publicKey: publicKey2 } = accepted;
    if (!isRetiring(this.#keySet, publicKey2)) return this.#warnings;
    return [...this.#warnings, `The issuer is giving up ${publicKey2}, which signed this receipt: pin its new key too.`];
  }
  /** Keeps the revocations of an answer that a pinned key signed for this repository. The others are anybody's words. */
  keep({ revocations = [] }) {
    const { keys, deployment } = this.#ask;
    for (const text of revocations) {
      const verdict = verifyRevocation(text, { keys, expect: { repositoryId: deployment.repositoryId } });
      if (verdict.valid) this.#revocations.set(verdict.revocation.receipt, verdict.revocation);
    }
  }
  /** Why a receipt does not count any more, as far as was seen. */
  refusalOf({ id: id2 }) {
    const revocation = this.#revocations.get(id2);
    return revocation === void 0 ? void 0 : this.#describe(revocation);
  }
  /** For a search that met revocations and no receipt. */
  lastRefusal() {
    const last = [...this.#revocations.values()].sort((a, b) => a.at < b.at ? -1 : 1).at(-1);
    return last === void 0 ? void 0 : this.#describe(last);
  }
  /** A `/deny` stands until it is taken back, so that asking for another receipt is no help. */
  #describe({ receipt, revokedBy, at, cause }) {
    return cause === "denied" ? { code: "denied", environment: this.#ask.environment, by: revokedBy.login, at } : { code: "revoked", receipt, by: revokedBy.login, at };
  }
  /** The pinned keys without what the issuer's key set takes from them. */
  async trustedKeys() {
    this.#trusted ??= await this.#narrowKeys();
    return this.#trusted;
  }
  /** Anybody may have the key set: an issuer that tells this job no status still says which keys are revoked. */
  async #narrowKeys() {
    const { keys } = this.#ask;
    const { issuer, limit } = this.#tools;
    if (issuer === void 0 || this.#isDown) return keys;
    const fetched = await issuer.client.fetchKeySet(limit());
    const read = fetched.ok ? readKeySet(fetched.value, keys) : { ok: false, fault: { reason: fetched.fault.problem } };
    if (!read.ok) {
      this.#warnings.push(`Whether the issuer still stands by the pinned keys was not checked: ${read.fault.reason}.`);
      return keys;
    }
    this.#keySet = read.value;
    return narrowPins(keys, read.value);
  }
  /** The issuer's word on a receipt; undefined, with a warning, where there is no valid one. */
  async status({ id: id2, issuedAt }) {
    const { issuer, limit, clock } = this.#tools;
    if (issuer === void 0 || this.#isMute) return void 0;
    const fetched = await issuer.client.fetchStatus(id2, limit());
    if (!fetched.ok) {
      this.#isDown = fetched.fault.kind === "unreachable";
      return this.#miss(fetched.fault.problem);
    }
    const terms = { keys: await this.trustedKeys(), receipt: id2 };
    const verdict = verifyStatus(fetched.value, { ...terms, now: clock.now() });
    if (verdict.valid) return verdict;
    const no = readLastingNo(fetched.value, { ...terms, issuedAt });
    return no ?? this.#miss(verdict.reason.replace(/\.$/, ""));
  }
  #miss(problem) {
    this.#isMute = true;
    this.#silence = `the issuer: ${problem}`;
    this.#warnings.push(`The issuer gave no valid status of the receipt: ${problem}.`);
  }
};
export {
  RevocationCheck
};
