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

// builtin:child_process
var require_child_process = __commonJS({
  "builtin:child_process"(exports, module) {
    module.exports = process.getBuiltinModule("node:child_process");
  }
});

// builtin:path
var require_path = __commonJS({
  "builtin:path"(exports, module) {
    module.exports = process.getBuiltinModule("node:path");
  }
});

// builtin:path/posix
var require_posix = __commonJS({
  "builtin:path/posix"(exports, module) {
    module.exports = process.getBuiltinModule("node:path/posix");
  }
});

// src/action/commit-tree.ts
var import_node_crypto2 = __toESM(require_crypto(), 1);

// src/action/blob.ts
var import_node_crypto = __toESM(require_crypto(), 1);
var import_node_fs = __toESM(require_fs(), 1);
var hashOfName = (object) => object.length === 64 ? "sha256" : "sha1";
function nameBlob(content, hash) {
  return (0, import_node_crypto.createHash)(hash).update(`blob ${content.length}\0`).update(content).digest("hex");
}
var maxTextBytes = 64 * 1024 * 1024;
function compareFile(file, object) {
  try {
    return file.size > maxTextBytes ? compareLarge(file, object) : compareBytes((0, import_node_fs.readFileSync)(file.path), object);
  } catch {
    return "unreadable";
  }
}
var nameFile = (file, hash) => file.size > maxTextBytes ? digestOf(file, hash, `blob ${file.size}\0`) : nameBlob((0, import_node_fs.readFileSync)(file.path), hash);
function compareBytes(content, object) {
  const hash = hashOfName(object);
  if (nameBlob(content, hash) === object) return "same";
  const digest = (0, import_node_crypto.createHash)("sha256").update(content).digest("hex");
  if (namePointer(digest, content.length, hash) === object) return "from Git LFS";
  return nameWithLf(content, hash) === object ? "converted to CRLF" : "other";
}
function compareLarge(file, object) {
  const hash = hashOfName(object);
  if (nameFile(file, hash) === object) return "same";
  return namePointer(digestOf(file, "sha256"), file.size, hash) === object ? "from Git LFS" : "other";
}
function namePointer(digest, size, hash) {
  const lines = ["version https://git-lfs.github.com/spec/v1", `oid sha256:${digest}`, `size ${size}`, ""];
  return nameBlob(Buffer.from(lines.join("\n")), hash);
}
function nameWithLf(content, hash) {
  if (!content.includes("\r\n") || content.includes(0)) return void 0;
  return nameBlob(Buffer.from(content.toString("latin1").replaceAll("\r\n", "\n"), "latin1"), hash);
}
function digestOf({ path }, algorithm, head = "") {
  const digest = (0, import_node_crypto.createHash)(algorithm).update(head);
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const file = (0, import_node_fs.openSync)(path, "r");
  try {
    for (let count = (0, import_node_fs.readSync)(file, buffer); count > 0; count = (0, import_node_fs.readSync)(file, buffer)) {
      digest.update(buffer.subarray(0, count));
    }
  } finally {
    (0, import_node_fs.closeSync)(file);
  }
  return digest.digest("hex");
}

// src/action/commit-tree.ts
async function readCommitTree(repository, commit) {
  const content = Buffer.from(await repository.readCommit(commit), "latin1");
  const name = (0, import_node_crypto2.createHash)(hashOfName(commit)).update(`commit ${content.length}\0`).update(content).digest("hex");
  return name === commit ? /^tree ([0-9a-f]+)\n/.exec(content.toString("latin1"))?.[1] : void 0;
}

// src/action/fault.ts
var isObject = (value) => typeof value === "object" && value !== null;
var faultMember = (fault, name) => isObject(fault) ? fault[name] : void 0;
function faultCode(fault) {
  const code = faultMember(fault, "code");
  return typeof code === "string" ? code : void 0;
}

// src/action/git.ts
var import_node_child_process = __toESM(require_child_process(), 1);
var import_node_path = __toESM(require_path(), 1);
var GitFault = class extends Error {
};
var constantArguments = ["core.fsmonitor=false", "safe.bareRepository=explicit", "core.hooksPath=/dev/null"].flatMap(
  (setting) => ["-c", setting]
);
var hexLine = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
function openRepository(root, env) {
  const git = (...command) => runGit({ root, env }, command);
  return {
    root,
    readHead: async () => {
      const head = (await git("rev-parse", "--verify", "--quiet", "HEAD^{commit}").catch(noCommit)).trim();
      if (!hexLine.test(head)) throw new GitFault("it has no commit checked out");
      return head;
    },
    readCommit: (commit) => git("cat-file", "commit", commit),
    // The raw commit: a shallow clone, as actions/checkout makes one, hides parents from every other command.
    readParents: async (commit) => parseParents(await git("cat-file", "commit", commit)),
    hasReplaceRefs: async () => await git("for-each-ref", "--count=1", "refs/replace") !== "",
    // With -t: a folder in which nothing lies belongs to the tree too.
    readTree: async (commit) => splitNul(await git("ls-tree", "-r", "-t", "-z", "--full-tree", commit)).map(parseTreeLine),
    readTreeObjects: async (objects) => parseBatch(await runGit({ root, env }, ["cat-file", "--batch"], objects.map((object) => `${object}
`).join(""))),
    readBlob: async (object) => Buffer.from(await git("cat-file", "blob", object), "latin1"),
    readAttributes: async (paths) => parseAttributes(await runGit({ root, env }, readAttributes, paths.join("\0"))),
    readIndex: async () => new Map(splitNul(await git("ls-files", "-z", "-v")).map(parseIndexLine)),
    below: (path) => openRepository((0, import_node_path.join)(root, path), env)
  };
}
var readAttributes = ["check-attr", "-z", "--stdin", "ident", "working-tree-encoding"];
var noCommit = (fault) => {
  if (fault instanceof GitFault && fault.message === "") return "";
  throw fault;
};
var maxOutputBytes = 512 * 1024 * 1024;
var timeLimitMs = 12e4;
function runGit({ root, env }, command, input = "") {
  const directory = [`--git-dir=${(0, import_node_path.join)(root, ".git")}`, `--work-tree=${root}`];
  const options = {
    // Not the checkout: on Windows a git.exe in the current folder would be run before the one on the PATH.
    cwd: (0, import_node_path.dirname)(process.execPath),
    env: gitEnvironment(env),
    encoding: "latin1",
    maxBuffer: maxOutputBytes,
    timeout: timeLimitMs
  };
  return new Promise((resolve, reject) => {
    const words = [...constantArguments, ...directory, ...command];
    const { stdin } = (0, import_node_child_process.execFile)("git", words, options, (fault, stdout, stderr) => {
      if (fault === null) resolve(stdout);
      else reject(new GitFault(describeFault(fault, stderr)));
    });
    stdin?.on("error", () => void 0);
    stdin?.end(input, "latin1");
  });
}
function describeFault(fault, stderr) {
  if (faultCode(fault) === "ENOENT") return "git cannot be run here, so the checkout cannot be compared";
  if (faultMember(fault, "killed") === true) return "git did not answer in time";
  return stderr.split("\n")[0]?.slice(0, 200) ?? "";
}
var keptVariables = /* @__PURE__ */ new Set([
  "PATH",
  "HOME",
  "USERPROFILE",
  "SYSTEMROOT",
  "WINDIR",
  "TEMP",
  "TMP",
  "TMPDIR",
  "LD_LIBRARY_PATH",
  "PATHEXT"
]);
function gitEnvironment(env) {
  const kept = Object.entries(env).filter(([name]) => keptVariables.has(name.toUpperCase()));
  return {
    ...Object.fromEntries(kept),
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    // A partial clone must not fetch what is missing: no network, no credential program.
    GIT_NO_LAZY_FETCH: "1",
    GIT_ALLOW_PROTOCOL: "none",
    GIT_TERMINAL_PROMPT: "0",
    LC_ALL: "C"
  };
}
var splitNul = (text) => text.split("\0").filter((line) => line !== "");
var treeLine = /^(?<mode>[0-7]{6}) [a-z]+ (?<object>[0-9a-f]{40}|[0-9a-f]{64})\t(?<path>[^]+)$/;
var strangePath = /(?:^|\/)(?:|\.|\.\.|\.git)(?:\/|$)/i;
function parseTreeLine(line) {
  const { mode, object, path } = treeLine.exec(line)?.groups ?? {};
  if (mode === void 0 || object === void 0 || path === void 0 || strangePath.test(path)) {
    throw new GitFault("git lists something in the commit that cannot be checked out");
  }
  return { mode, object, path };
}
function parseBatch(text) {
  const trees = /* @__PURE__ */ new Map();
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf("\n", at);
    const [object = "", type, size = ""] = text.slice(at, end).split(" ");
    if (end < 0 || type !== "tree" || !/^[0-9]+$/.test(size)) break;
    at = end + 1 + Number(size) + 1;
    trees.set(object, text.slice(end + 1, at - 1));
  }
  return trees;
}
function parseAttributes(text) {
  const words = text.split("\0");
  const attributes = /* @__PURE__ */ new Map();
  for (let i = 0; i + 2 < words.length; i += 3) {
    const [path = "", name, value = ""] = words.slice(i, i + 3);
    const known = attributes.get(path) ?? { ident: false, encoding: void 0 };
    const isSet = value !== "unspecified" && value !== "unset";
    if (name === "ident") attributes.set(path, { ...known, ident: value === "set" });
    else attributes.set(path, { ...known, encoding: isSet && value !== "set" ? value : void 0 });
  }
  return attributes;
}
var parseIndexLine = (line) => [
  line.slice(2),
  { skipWorktree: line.startsWith("S") || line.startsWith("s") }
];
function parseParents(commit) {
  const header = commit.split("\n\n", 1)[0] ?? "";
  return header.split("\n").flatMap((line) => line.startsWith("parent ") ? [line.slice("parent ".length)] : []);
}

// src/action/worktree.ts
var import_node_fs4 = __toESM(require_fs(), 1);

// src/action/paths.ts
var import_node_fs2 = __toESM(require_fs(), 1);
var import_posix = __toESM(require_posix(), 1);
var bytesOf = (root, path) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
var printable = (path) => Buffer.from(path, "latin1").toString("utf8");
function lstat(path) {
  try {
    return (0, import_node_fs2.lstatSync)(path);
  } catch (fault) {
    const code = faultCode(fault);
    if (code === "ENOENT" || code === "ENOTDIR") return void 0;
    throw fault;
  }
}
var RealFolders = class {
  #root;
  #known = /* @__PURE__ */ new Map([[".", true]]);
  constructor(root) {
    this.#root = root;
  }
  /** Whether every folder above `path` is one. */
  has(path) {
    const folder = (0, import_posix.dirname)(path);
    const known = this.#known.get(folder);
    if (known !== void 0) return known;
    const real = this.has(folder) && lstat(bytesOf(this.#root, folder))?.isDirectory() === true;
    this.#known.set(folder, real);
    return real;
  }
};

// src/action/comparison-tally.ts
var sentences = {
  "left out": [
    "tracked file is left out of this checkout (sparse checkout)",
    "tracked files are left out of this checkout (sparse checkout)"
  ],
  "with CRLF": [
    "text file has CRLF line endings where the commit has LF",
    "text files have CRLF line endings where the commit has LF"
  ],
  converted: [
    "file is what the attributes ident and working-tree-encoding make of the commit's",
    "files are what the attributes ident and working-tree-encoding make of the commit's"
  ],
  "not fetched": ["submodule is not fetched", "submodules are not fetched"],
  untracked: [
    "file is not of the commit (untracked or ignored), and nobody authorized it",
    "files are not of the commit (untracked or ignored), and nobody authorized them"
  ]
};
var tellEvery = 4 * 1024 ** 3;
var leastWork = 64 * 1024;
var Tally = class {
  differences = [];
  #passed = /* @__PURE__ */ new Map();
  #tell;
  #compared = 0;
  #work = 0;
  #toldAt = tellEvery;
  constructor(tell) {
    this.#tell = tell;
  }
  differs(path, how) {
    this.differences.push({ path: printable(path), how });
  }
  pass(what, count = 1) {
    if (count > 0) this.#passed.set(what, (this.#passed.get(what) ?? 0) + count);
  }
  /** A file of that size was read. */
  compared(size) {
    this.#compared += 1;
    this.#work += Math.max(size, leastWork);
    if (this.#work < this.#toldAt) return;
    this.#toldAt = this.#work + tellEvery;
    this.#tell(`Comparing the checkout: ${this.#compared} files so far.`);
  }
  unseen() {
    return [...this.#passed].map(([what, count]) => `${count} ${sentences[what][count === 1 ? 0 : 1]}`);
  }
};

// src/action/conversion.ts
function convert(blob, object, { ident, encoding }) {
  const expanded = ident ? expandIds(blob.toString("latin1"), object) : blob.toString("latin1");
  return [expanded, withCrlf(expanded)].flatMap((text) => {
    const bytes = Buffer.from(text, "latin1");
    return encoding === void 0 ? [bytes] : encode(bytes, encoding);
  });
}
var expandIds = (text, object) => text.replaceAll(/\$Id(?:: ?[^ $\n]* ?)?\$/g, `$$Id: ${object} $$`);
var withCrlf = (text) => text.replaceAll(/(?<!\r)\n/g, "\r\n");
function encode(bytes, encoding) {
  const text = decodeUtf8(bytes);
  if (text === void 0) return [];
  const [, width, order = ""] = /^UTF-?(16|32)(|LE|BE|LE-BOM|BE-BOM)$/i.exec(encoding) ?? [];
  if (width === void 0) return encodeByTable(text, encoding);
  const print = width === "16" ? printUtf16 : printUtf32;
  switch (order.toUpperCase()) {
    case "LE":
      return [print(text)];
    case "BE":
      return [swap(print(text), width)];
    case "LE-BOM":
      return [print(`\uFEFF${text}`)];
    case "BE-BOM":
      return [swap(print(`\uFEFF${text}`), width)];
    default:
      return [print(`\uFEFF${text}`), swap(print(`\uFEFF${text}`), width)];
  }
}
function decodeUtf8(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return void 0;
  }
}
var printUtf16 = (text) => Buffer.from(text, "utf16le");
var printUtf32 = (text) => Buffer.from(Uint32Array.from(text, (char) => char.codePointAt(0) ?? 0).buffer);
var swap = (bytes, width) => width === "16" ? bytes.swap16() : bytes.swap32();
function encodeByTable(text, encoding) {
  const table = tableOf(encoding);
  const bytes = Array.from(text, (char) => table.get(char));
  return bytes.includes(void 0) ? [] : [Buffer.from(bytes)];
}
function tableOf(encoding) {
  const table = /* @__PURE__ */ new Map();
  if (/^(?:ISO-?8859-1|latin-?1)$/i.test(encoding)) {
    for (let byte = 0; byte < 256; byte++) table.set(String.fromCharCode(byte), byte);
    return table;
  }
  try {
    for (let byte = 255; byte >= 0; byte--) {
      const char = new TextDecoder(encoding).decode(Uint8Array.of(byte));
      if (char !== "" && char !== "\uFFFD") table.set(char, byte);
    }
  } catch {
  }
  return table;
}

// src/action/tree-name.ts
var import_node_crypto3 = __toESM(require_crypto(), 1);
var folderMode = "40000";
function nameTrees(entries, hash) {
  const folders = new Folders();
  for (const { path, mode, object } of entries) {
    if (isFolder(mode)) folders.open(path);
    else folders.open(parentOf(path)).push({ name: nameOf(path), mode, object });
  }
  const names = /* @__PURE__ */ new Map();
  for (const [path, children] of folders.deepestFirst()) {
    const object = nameTree(children, hash);
    names.set(path, object);
    if (path !== "") folders.open(parentOf(path)).push({ name: nameOf(path), mode: folderMode, object });
  }
  return names;
}
var isFolder = (mode) => withoutZero(mode) === folderMode;
var Folders = class {
  #children = /* @__PURE__ */ new Map([["", []]]);
  /** With every folder above it. */
  open(path) {
    const known = this.#children.get(path);
    if (known !== void 0) return known;
    const children = [];
    for (let at = path; !this.#children.has(at); at = parentOf(at)) this.#children.set(at, at === path ? children : []);
    return children;
  }
  /** What lies in a folder has a longer path than the folder. */
  deepestFirst() {
    return [...this.#children].sort(([a], [b]) => b.length - a.length);
  }
};
function nameTree(children, hash) {
  const sorted = children.map((child) => ({ ...child, key: sortKey(child) })).sort((a, b) => compare(a.key, b.key));
  const lines = sorted.map(({ mode, name, object }) => `${withoutZero(mode)} ${name}\0${rawName(object)}`);
  const content = Buffer.from(lines.join(""), "latin1");
  return (0, import_node_crypto3.createHash)(hash).update(`tree ${content.length}\0`).update(content).digest("hex");
}
var sortKey = ({ name, mode }) => isFolder(mode) ? `${name}/` : name;
var compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;
var withoutZero = (mode) => mode.replace(/^0+/, "");
var rawName = (object) => Buffer.from(object, "hex").toString("latin1");
var parentOf = (path) => path.slice(0, Math.max(path.lastIndexOf("/"), 0));
var nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

// src/action/exact-modes.ts
async function withExactModes(repository, listed, { tree, names }) {
  const folders = [{ path: "", object: tree }, ...listed.filter(({ mode }) => isFolder(mode))];
  const doubtful = folders.filter(({ path, object }) => names.get(path) !== object);
  const contents = await repository.readTreeObjects(doubtful.map(({ object }) => object));
  const modes = new Map(doubtful.flatMap(({ path, object }) => readModes(path, object, contents.get(object) ?? "")));
  return listed.map((entry) => ({ ...entry, mode: modes.get(entry.path) ?? entry.mode }));
}
function readModes(folder, object, content) {
  const entry = new RegExp(`([0-7]+) ([^\\0]+)\\0[^]{${object.length / 2}}`, "gy");
  return [...content.matchAll(entry)].map(([, mode = "", name = ""]) => [
    folder === "" ? name : `${folder}/${name}`,
    mode
  ]);
}

// src/action/walk.ts
var import_node_fs3 = __toESM(require_fs(), 1);
function* walk(root, without = /* @__PURE__ */ new Set()) {
  const open = [""];
  for (let folder = open.pop(); folder !== void 0; folder = open.pop()) {
    const entries = list(root, folder);
    if (entries === void 0) yield { path: folder, kind: "unreadable" };
    for (const entry of entries ?? []) {
      const name = entry.name.toString("latin1");
      const path = folder === "" ? name : `${folder}/${name}`;
      if (name.toLowerCase() === ".git") yield { path: folder, kind: "repository" };
      else if (!entry.isDirectory()) yield { path, kind: kindOf(entry) };
      else if (!without.has(path)) open.push(path);
    }
  }
}
var kindOf = (entry) => entry.isFile() ? "file" : entry.isSymbolicLink() ? "link" : "other";
function list(root, folder) {
  try {
    return (0, import_node_fs3.readdirSync)(bytesOf(root, folder), { withFileTypes: true, encoding: "buffer" });
  } catch {
    return void 0;
  }
}

// src/action/worktree.ts
async function compareTree(repository, wanted, tell) {
  const tally = new Tally(tell);
  const lie = await new Comparison(repository, tally, "").compare(wanted);
  return lie ?? { kind: "compared", differences: tally.differences, unseen: tally.unseen() };
}
var posix = process.platform !== "win32";
var Comparison = class _Comparison {
  #repository;
  #tally;
  #prefix;
  #folders;
  /** Files that are not the blob's bytes: perhaps git converts them. */
  #doubtful = [];
  constructor(repository, tally, prefix) {
    this.#repository = repository;
    this.#tally = tally;
    this.#prefix = prefix;
    this.#folders = new RealFolders(repository.root);
  }
  async compare({ sha, tree }) {
    const [listed, index] = await Promise.all([this.#repository.readTree(sha), this.#repository.readIndex()]);
    const names = await this.#nameTrees(listed, tree);
    const root = names.get("") ?? "";
    if (root !== tree) return { kind: "listed otherwise", root, folder: findPoisoned(listed, names) };
    const entries = listed.filter(({ mode }) => !isFolder(mode));
    for (const entry of entries) {
      if (entry.mode === "160000") await this.#compareSubmodule(entry, index.get(entry.path));
      else this.#compareEntry(entry, index.get(entry.path));
    }
    await this.#compareDoubtful();
    this.#countOthers(entries, index);
    return void 0;
  }
  async #nameTrees(listed, tree) {
    const hash = hashOfName(tree);
    const names = nameTrees(listed, hash);
    if (names.get("") === tree) return names;
    return nameTrees(await withExactModes(this.#repository, listed, { tree, names }), hash);
  }
  /** The submodule's own files at the commit that the tree names, and so on down; or nothing at all, which is said. */
  async #compareSubmodule(entry, indexed) {
    const stat = this.#lstat(entry.path);
    if (stat === void 0) this.#miss(entry, indexed);
    else if (!stat.isDirectory()) this.#differs(entry.path, "is another kind of file");
    else if (lstat(this.#at(`${entry.path}/.git`)) !== void 0) await this.#compareFetched(entry);
    else if ((0, import_node_fs4.readdirSync)(this.#at(entry.path)).length === 0) this.#tally.pass("not fetched");
    else this.#differs(entry.path, "is a submodule that was not fetched, and its folder holds files");
  }
  async #compareFetched({ path, object }) {
    const submodule = this.#repository.below(printable(path));
    const head = await submodule.readHead();
    if (head !== object) return this.#differs(path, `is the submodule at ${head}`);
    const tree = await readCommitTree(submodule, object);
    if (tree === void 0) return this.#differs(path, `is a submodule whose object ${object} is another commit`);
    const below = new _Comparison(submodule, this.#tally, `${this.#prefix}${path}/`);
    const lie = await below.compare({ sha: object, tree });
    if (lie !== void 0)
      this.#differs(path, `is a submodule whose files, as git lists them, make the tree ${lie.root}`);
  }
  #compareEntry(entry, indexed) {
    const stat = this.#lstat(entry.path);
    if (stat === void 0) return this.#miss(entry, indexed);
    const how = this.#compareContent(entry, stat);
    if (how !== void 0) this.#differs(entry.path, how);
  }
  /** Left out is what is not there. What lies there behind a link that stands for a folder is somebody else's. */
  #miss({ path }, indexed) {
    const behindLink = lstat(this.#at(path)) !== void 0;
    if (indexed?.skipWorktree === true && !behindLink) this.#tally.pass("left out");
    else this.#differs(path, behindLink ? "lies behind a symbolic link" : "is missing");
  }
  #compareContent(entry, stat) {
    const { path, mode, object } = entry;
    if (stat.isSymbolicLink()) {
      const same = mode === "120000" && nameBlob((0, import_node_fs4.readlinkSync)(this.#at(path), "buffer"), hashOfName(object)) === object;
      return same ? void 0 : "is another symbolic link";
    }
    if (!stat.isFile() || mode === "120000" && posix) return "is another kind of file";
    if (posix && (stat.mode & 64) !== 0 !== (mode === "100755")) return "has another mode";
    const verdict = compareFile({ path: this.#at(path), size: stat.size }, object);
    this.#tally.compared(stat.size);
    if (verdict === "other") this.#doubtful.push(entry);
    if (verdict === "converted to CRLF") this.#tally.pass("with CRLF");
    return verdict === "unreadable" ? "cannot be read" : void 0;
  }
  /** Which attributes a file has is git's word; what they make of the blob is worked out here. */
  async #compareDoubtful() {
    if (this.#doubtful.length === 0) return;
    const attributes = await this.#repository.readAttributes(this.#doubtful.map(({ path }) => path));
    for (const entry of this.#doubtful) {
      const set = attributes.get(entry.path) ?? { ident: false, encoding: void 0 };
      const converts = set.ident || set.encoding !== void 0;
      if (!converts) this.#differs(entry.path, "has other content");
      else if (await this.#isConverted(entry, set)) this.#tally.pass("converted");
      else this.#differs(entry.path, "is not what the attributes ident and working-tree-encoding make of it");
    }
  }
  async #isConverted({ path, object }, attributes) {
    const blob = await this.#repository.readBlob(object);
    if (blob.length > maxTextBytes || nameBlob(blob, hashOfName(object)) !== object) return false;
    const content = (0, import_node_fs4.readFileSync)(this.#at(path));
    return convert(blob, object, attributes).some((bytes) => bytes.equals(content));
  }
  /** What is staged would be in the next commit, not in this one; of the rest it is only said how many there are. */
  #countOthers(entries, index) {
    const committed = new Set(entries.map(({ path }) => path));
    for (const path of index.keys()) if (!committed.has(path)) this.#differs(path, "is staged and not in the commit");
    for (const { path, kind } of walk(this.#repository.root, committed)) {
      if (kind !== "repository" && !committed.has(path)) this.#tally.pass("untracked");
    }
  }
  #lstat(path) {
    return this.#folders.has(path) ? lstat(this.#at(path)) : void 0;
  }
  #at(path) {
    return bytesOf(this.#repository.root, path);
  }
  #differs(path, how) {
    this.#tally.differs(this.#prefix + path, how);
  }
};
function findPoisoned(listed, names) {
  const poisoned = listed.filter(({ path, mode, object }) => isFolder(mode) && names.get(path) !== object);
  const lowest = poisoned.reduce(
    (best, { path }) => best !== void 0 && best.length >= path.length ? best : path,
    void 0
  );
  return lowest === void 0 ? void 0 : printable(lowest);
}

// src/action/inspect-repository.ts
async function inspectRepository(root, wanted, { env, tell }) {
  try {
    return await inspect(openRepository(root, env), wanted, tell);
  } catch (fault) {
    return differs(
      describeFault2(fault),
      "Run the gate where git is installed, right after actions/checkout, or give `checkout: ignore` if you mean it."
    );
  }
}
function describeFault2(fault) {
  if (fault instanceof GitFault) return fault.message;
  const code = faultCode(fault);
  if (code === void 0) throw fault;
  return `its files cannot be looked at (${code})`;
}
async function readLocalTree(root, sha, env) {
  try {
    return await readCommitTree(openRepository(root, env), sha);
  } catch (fault) {
    if (fault instanceof GitFault) return void 0;
    throw fault;
  }
}
async function inspect(repository, wanted, tell) {
  const [head, replaced] = await Promise.all([repository.readHead(), repository.hasReplaceRefs()]);
  const { sha } = wanted;
  if (head !== sha) return describeOtherHead({ head, sha, parents: await repository.readParents(head) });
  if (replaced) {
    return differs(
      "it has replace refs, which make git show other objects than the authorized ones",
      "Delete the refs below refs/replace, or check out afresh with actions/checkout."
    );
  }
  return describeComparison(await compareTree(repository, wanted, tell), wanted);
}
var differs = (problem, fix) => ({ kind: "differs", problem, fix });
function describeOtherHead(at) {
  const problem = `its HEAD is ${at.head}, and ${at.sha} is authorized`;
  if (at.parents[1] !== at.sha) {
    return differs(
      problem,
      `Check out the authorized commit: give actions/checkout \`ref: ${at.sha}\`, or run it after this step with the output \`sha\` as its \`ref\`.`
    );
  }
  return differs(
    `${problem}; HEAD is a merge commit of GitHub's whose second parent is the authorized commit`,
    "Add this line below `with:` of actions/checkout: `ref: ${{ github.event.pull_request.head.sha }}`"
  );
}
var maxNamed = 5;
function describeComparison(comparison, wanted) {
  if (comparison.kind === "listed otherwise") return describeLie(comparison, wanted);
  const { differences, unseen } = comparison;
  if (differences.length === 0) return { kind: "same", unseen };
  const named = differences.slice(0, maxNamed).map(({ path, how }) => `${JSON.stringify(path)} ${how}`);
  const more = differences.length > maxNamed ? `, and ${differences.length - maxNamed} more` : "";
  return differs(
    `${differences.length === 1 ? "a tracked file differs" : `${differences.length} tracked files differ`}: ${named.join(", ")}${more}`,
    "Run the gate right after actions/checkout, before any step that changes tracked files (a build that writes into them, a filter such as git-crypt)."
  );
}
function describeLie({ root, folder }, { sha, tree }) {
  const where = folder === void 0 ? "" : `; its object for the folder ${JSON.stringify(folder)} is another folder`;
  return differs(
    `what git lists of ${sha} makes the tree ${root}, and ${tree} is authorized${where}`,
    "Somebody put other objects into this repository: check out afresh with actions/checkout into an empty folder, and look for who did."
  );
}
export {
  inspectRepository,
  readLocalTree
};
