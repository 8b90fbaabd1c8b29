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
  const code = hex.charCodeAt(at);
  return (code & 15) + (code > 57 ? 9 : 0);
}
function bytesToHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// src/protocol/base64url.ts
function parseBase64url(text, platform = { decodeBase64url: decodeBase64url2, encodeBase64url: encodeBase64url2 }) {
  const bytes = platform.decodeBase64url(text);
  return bytes !== void 0 && platform.encodeBase64url(bytes) === text ? bytes : void 0;
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

// src/protocol/ledger/note.ts
var ed25519 = 1;
var maxNoteLength = 65536;
var maxSignatures = 100;
var control = /[\u0000-\u0009\u000b-\u001f]/;
var namePattern = /^[^\s+]{1,400}$/u;
var signatureLine = /^\u2014 ([^\s+]{1,400}) ([A-Za-z0-9+/]+={0,2})$/u;
function parseVerifierKey(text) {
  if (typeof text !== "string") return void 0;
  const first = text.indexOf("+");
  const second = text.indexOf("+", first + 1);
  const [name, id] = [text.slice(0, first), text.slice(first + 1, second)];
  const bytes = second < 0 ? void 0 : parseBase64(text.slice(second + 1));
  if (bytes?.length !== 33 || bytes[0] !== ed25519 || !namePattern.test(name) || !isSafeText(name)) return void 0;
  const publicKey = bytes.subarray(1);
  return isStrictPoint(publicKey) && id === keyId(name, publicKey) ? { name, id, publicKey } : void 0;
}
function keyId(name, publicKey) {
  const hash = sha2562(Uint8Array.of(...new TextEncoder().encode(name), 10, ed25519, ...publicKey));
  return bytesToHex(hash.subarray(0, 4));
}
function openNote(note, key) {
  const fault = findNoteFault(note);
  const end = note.lastIndexOf("\n\n");
  const lines = end < 0 ? [] : note.slice(end + 2, -1).split("\n");
  if (fault !== void 0 || end < 1) return malformed(fault ?? "no empty line stands before the signatures");
  if (lines.length > maxSignatures) return malformed(`it has more than ${maxSignatures} signatures`);
  const signatures = lines.map(parseSignatureLine);
  if (!signatures.every((one) => one !== void 0)) {
    return malformed("a line of its signatures is not a dash, a name and base64");
  }
  const text = note.slice(0, end + 1);
  const message = new TextEncoder().encode(text);
  const ours = signatures.filter(({ name, id }) => name === key.name && id === key.id);
  if (ours.length === 0) return faulty("checkpoint_unsigned", `no signature is by the key ${key.name}+${key.id}`);
  return ours.every(({ signature }) => verifyEd255192({ publicKey: key.publicKey, message, signature })) ? { valid: true, text } : faulty("checkpoint_signature_invalid", `that of ${key.name}+${key.id}`);
}
var malformed = (detail) => faulty("checkpoint_malformed", detail);
function findNoteFault(note) {
  if (note.length > maxNoteLength) return `it is longer than ${maxNoteLength} characters`;
  if (!note.isWellFormed()) return "it holds a lone surrogate";
  if (control.test(note)) return "it holds a control character; lines end with LF alone";
  return note.endsWith("\n") ? void 0 : "its last line has no end";
}
function parseSignatureLine(line) {
  const [, name, base64] = signatureLine.exec(line) ?? [];
  const bytes = base64 === void 0 ? void 0 : parseBase64(base64);
  if (name === void 0 || bytes === void 0 || bytes.length < 5) return void 0;
  return { name, id: bytesToHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}
function parseBase64(text) {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return void 0;
  return parseBase64url(text.replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_"));
}

// src/protocol/ledger/checkpoint.ts
function readCheckpoint(note, ledgerKey) {
  const key = parseVerifierKey(ledgerKey);
  if (key === void 0) {
    return faulty(
      "checkpoint_key_invalid",
      "give the line name+key id+base64 that the issuer prints, of an Ed25519 key"
    );
  }
  if (typeof note !== "string") return faulty("checkpoint_malformed", "it is not text");
  const opened = openNote(note, key);
  return opened.valid ? parseCheckpoint(opened.text, key) : opened;
}
function parseCheckpoint(text, { name }) {
  const [origin, size = "", base64 = "", ...more] = text.split("\n");
  if (more.indexOf("") !== more.length - 1 || more.length === 0) {
    return faulty("checkpoint_malformed", "it has not three lines or more, each with something in it");
  }
  if (origin !== name) return faulty("checkpoint_origin_mismatch", `its key is that of ${name}`);
  const count = /^[1-9][0-9]{0,15}$/.test(size) ? Number(size) : NaN;
  if (!Number.isSafeInteger(count)) return faulty("checkpoint_malformed", "its size is not a plain number from 1");
  const root = parseBase64(base64);
  if (root?.length !== 32) return faulty("checkpoint_malformed", "its root is not 32 bytes in base64");
  return { origin, size: count, root: bytesToHex(root) };
}

// src/protocol/ledger/verify-ledger.ts
function verifyCheckpoint(note, ledgerKey) {
  const checkpoint = readCheckpoint(note, ledgerKey);
  return "valid" in checkpoint ? checkpoint : { valid: true, ...checkpoint };
}
export {
  verifyCheckpoint
};
