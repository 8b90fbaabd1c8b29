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

// builtin:fs
var require_fs = __commonJS({
  "builtin:fs"(exports, module) {
    module.exports = process.getBuiltinModule("node:fs");
  }
});

// builtin:crypto
var require_crypto = __commonJS({
  "builtin:crypto"(exports, module) {
    module.exports = process.getBuiltinModule("node:crypto");
  }
});

// src/action/inspect-folder.ts
var import_node_fs3 = __toESM(require_fs(), 1);

// src/action/blob.ts
var import_node_crypto = __toESM(require_crypto(), 1);
var import_node_fs = __toESM(require_fs(), 1);
var hashOfName = (object) => object.length === 64 ? "sha256" : "sha1";
function nameBlob(content, hash) {
  return (0, import_node_crypto.createHash)(hash).update(`blob ${content.length}\0`).update(content).digest("hex");
}
var maxTextBytes = 64 * 1024 * 1024;
var nameFile = (file, hash) => file.size > maxTextBytes ? digestOf(file, hash, `blob ${file.size}\0`) : nameBlob((0, import_node_fs.readFileSync)(file.path), hash);
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

// src/action/fault.ts
var isObject = (value) => typeof value === "object" && value !== null;
var faultMember = (fault, name) => isObject(fault) ? fault[name] : void 0;
function faultCode(fault) {
  const code = faultMember(fault, "code");
  return typeof code === "string" ? code : void 0;
}

// src/action/paths.ts
var bytesOf = (root, path) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
var printable = (path) => Buffer.from(path, "latin1").toString("utf8");

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

// src/action/tree-name.ts
var import_node_crypto2 = __toESM(require_crypto(), 1);
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
  return (0, import_node_crypto2.createHash)(hash).update(`tree ${content.length}\0`).update(content).digest("hex");
}
var sortKey = ({ name, mode }) => isFolder(mode) ? `${name}/` : name;
var compare = (a, b) => a < b ? -1 : a > b ? 1 : 0;
var withoutZero = (mode) => mode.replace(/^0+/, "");
var rawName = (object) => Buffer.from(object, "hex").toString("latin1");
var parentOf = (path) => path.slice(0, Math.max(path.lastIndexOf("/"), 0));
var nameOf = (path) => path.slice(path.lastIndexOf("/") + 1);

// src/action/walk.ts
var import_node_fs2 = __toESM(require_fs(), 1);
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
    return (0, import_node_fs2.readdirSync)(bytesOf(root, folder), { withFileTypes: true, encoding: "buffer" });
  } catch {
    return void 0;
  }
}

// src/action/inspect-folder.ts
function inspectFolder(folder, tree, tell) {
  const named = nameFolder(folder, tree, tell);
  if (!named.ok) return { kind: "differs", ...named.fault };
  const { tree: found, files } = named.value;
  if (found === tree) {
    const shown = `there is no repository at ${folder}: that its files (${files}) are the authorized tree is shown, not which commit they came from`;
    return { kind: "same", unseen: [shown] };
  }
  const problem = `there is no repository at ${folder}, and its files (${files}) make the tree ${found}, where ${tree} is authorized`;
  return { kind: "differs", problem: `${problem}${describeHints(folder)}`, fix };
}
var fix = "Check out the authorized commit right before this step, in an image that has git. Without git the folder must hold the commit byte for byte and nothing else: no other files, no submodules, nothing that export-ignore or export-subst changes. Or give `checkout: ignore` if you mean it.";
function nameFolder(folder, like, tell) {
  const listed = listFiles(folder);
  if (!listed.ok) return listed;
  const hash = hashOfName(like);
  const tally = new Tally(tell);
  try {
    const entries = listed.value.map((found) => nameEntry(folder, found, { hash, tally }));
    return { ok: true, value: { tree: nameTrees(entries, hash).get("") ?? "", files: entries.length } };
  } catch (fault) {
    const code = faultCode(fault);
    if (code === void 0) throw fault;
    return { ok: false, fault: { problem: `its files cannot be read (${code})`, fix } };
  }
}
var maxFiles = 1e6;
function listFiles(folder) {
  const files = [];
  for (const found of walk(folder)) {
    if (found.kind === "repository") return { ok: false, fault: describeRepository(folder, printable(found.path)) };
    const problem = describeStrange(found) ?? (files.length === maxFiles ? "holds too many files" : void 0);
    if (problem !== void 0)
      return { ok: false, fault: { problem: `there is no repository at ${folder}, and it ${problem}`, fix } };
    files.push(found);
  }
  return { ok: true, value: files };
}
function describeStrange({ path, kind }) {
  switch (kind) {
    case "file":
    case "link":
    case "repository":
      return void 0;
    case "unreadable":
      return `holds ${JSON.stringify(printable(path))}, which cannot be read`;
    case "other":
      return `holds ${JSON.stringify(printable(path))}, which is no file that git could hold`;
    default:
      return kind;
  }
}
var describeRepository = (folder, path) => ({
  problem: `there is no repository at ${folder}, but one in its folder ${JSON.stringify(path)}`,
  fix: `Tell the gate where the checkout is: give it the input \`path: ${path}\`.`
});
var posix = process.platform !== "win32";
function nameEntry(folder, { path, kind }, { hash, tally }) {
  const at = bytesOf(folder, path);
  if (kind === "link") return { path, mode: "120000", object: nameBlob((0, import_node_fs3.readlinkSync)(at, "buffer"), hash) };
  const { size, mode } = (0, import_node_fs3.lstatSync)(at);
  tally.compared(size);
  return { path, mode: posix && (mode & 64) !== 0 ? "100755" : "100644", object: nameFile({ path: at, size }, hash) };
}
function describeHints(folder) {
  const has = (name, word) => readText(folder, name).includes(word);
  return [
    ...has(".gitattributes", "export-") ? ["its .gitattributes has export rules, so an archive is not the commit"] : [],
    ...has(".gitmodules", "[submodule") ? ["it has submodules, which an archive leaves out"] : []
  ].map((hint) => `; ${hint}`).join("");
}
function readText(folder, name) {
  try {
    return (0, import_node_fs3.readFileSync)(bytesOf(folder, name), "utf8");
  } catch {
    return "";
  }
}
export {
  inspectFolder,
  nameFolder
};
