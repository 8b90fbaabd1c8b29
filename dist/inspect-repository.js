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

// src/action/inspect-repository.ts
var import_node_crypto2 = __toESM(require_crypto(), 1);

// src/action/blob.ts
var import_node_crypto = __toESM(require_crypto(), 1);
var import_node_fs = __toESM(require_fs(), 1);
var hashOfName = (object) => object.length === 64 ? "sha256" : "sha1";
function nameBlob(content, hash) {
  return (0, import_node_crypto.createHash)(hash).update(`blob ${content.length}\0`).update(content).digest("hex");
}
function compareFile(file, object) {
  try {
    const hash = hashOfName(object);
    if (nameFile(file, hash) === object) return "same";
    if (namePointer(file, hash) === object) return "from Git LFS";
    return nameWithLf(file, hash) === object ? "converted to CRLF" : "other";
  } catch {
    return "unreadable";
  }
}
function nameFile(file, hash) {
  const digest = (0, import_node_crypto.createHash)(hash).update(`blob ${file.size}\0`);
  for (const chunk of readChunks(file)) digest.update(chunk);
  return digest.digest("hex");
}
function namePointer(file, hash) {
  const digest = (0, import_node_crypto.createHash)("sha256");
  for (const chunk of readChunks(file)) digest.update(chunk);
  const lines = [
    "version https://git-lfs.github.com/spec/v1",
    `oid sha256:${digest.digest("hex")}`,
    `size ${file.size}`,
    ""
  ];
  return nameBlob(Buffer.from(lines.join("\n")), hash);
}
var maxTextBytes = 64 * 1024 * 1024;
function nameWithLf(file, hash) {
  if (file.size > maxTextBytes) return void 0;
  const bytes = Buffer.concat([...readChunks(file)]);
  if (!bytes.includes("\r\n") || bytes.includes(0)) return void 0;
  return nameBlob(Buffer.from(bytes.toString("latin1").replaceAll("\r\n", "\n"), "latin1"), hash);
}
function* readChunks({ path }) {
  const file = (0, import_node_fs.openSync)(path, "r");
  try {
    for (; ; ) {
      const buffer = Buffer.allocUnsafe(64 * 1024);
      const count = (0, import_node_fs.readSync)(file, buffer);
      if (count === 0) return;
      yield buffer.subarray(0, count);
    }
  } finally {
    (0, import_node_fs.closeSync)(file);
  }
}

// src/action/git.ts
var import_node_child_process = __toESM(require_child_process(), 1);
var import_node_path = __toESM(require_path(), 1);

// src/action/fault.ts
var isObject = (value) => typeof value === "object" && value !== null;
var faultMember = (fault, name) => isObject(fault) ? fault[name] : void 0;
function faultCode(fault) {
  const code = faultMember(fault, "code");
  return typeof code === "string" ? code : void 0;
}

// src/action/git.ts
var GitFault = class extends Error {
};
var constantArguments = ["core.fsmonitor=false", "safe.bareRepository=explicit", "core.hooksPath=/dev/null"].flatMap(
  (setting) => ["-c", setting]
);
var hexLine = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
function openRepository(root, env) {
  const git = (...command) => runGit(root, command, env);
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
    readTree: async (commit) => splitNul(await git("ls-tree", "-r", "-z", "--full-tree", commit)).map(parseTreeLine),
    readIndex: async () => new Map(splitNul(await git("ls-files", "-z", "-v")).map(parseIndexLine)),
    below: (path) => openRepository((0, import_node_path.join)(root, path), env)
  };
}
var noCommit = (fault) => {
  if (fault instanceof GitFault && fault.message === "") return "";
  throw fault;
};
var maxOutputBytes = 512 * 1024 * 1024;
var timeLimitMs = 12e4;
function runGit(root, command, env) {
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
    (0, import_node_child_process.execFile)("git", [...constantArguments, ...directory, ...command], options, (fault, stdout, stderr) => {
      if (fault === null) resolve(stdout);
      else reject(new GitFault(describeFault(fault, stderr)));
    });
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
function parseTreeLine(line) {
  const tab = line.indexOf("	");
  const [mode = "", , object = ""] = line.slice(0, tab).split(" ");
  return { mode, object, path: line.slice(tab + 1) };
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
var import_node_fs2 = __toESM(require_fs(), 1);
var import_posix = __toESM(require_posix(), 1);
async function compareTree(repository, commit) {
  const tally = { differences: [], leftOut: 0, crlf: 0 };
  await new Comparison(repository, tally, "").compare(commit);
  const unseen = [
    ...tally.leftOut > 0 ? [`${tally.leftOut} tracked files are left out of this checkout (sparse checkout)`] : [],
    ...tally.crlf > 0 ? [`${tally.crlf} text files have CRLF line endings where the commit has LF`] : []
  ];
  return { differences: tally.differences, unseen };
}
var posix = process.platform !== "win32";
var Comparison = class _Comparison {
  #repository;
  #tally;
  #prefix;
  #folders;
  constructor(repository, tally, prefix) {
    this.#repository = repository;
    this.#tally = tally;
    this.#prefix = prefix;
    this.#folders = new RealFolders(repository.root);
  }
  async compare(commit) {
    const [entries, index] = await Promise.all([this.#repository.readTree(commit), this.#repository.readIndex()]);
    for (const entry of entries) {
      if (entry.mode === "160000") await this.#compareSubmodule(entry);
      else this.#compareEntry(entry, index.get(entry.path));
    }
    const committed = new Set(entries.map(({ path }) => path));
    for (const path of index.keys()) if (!committed.has(path)) this.#differs(path, "is staged and not in the commit");
  }
  /** Not fetched: there is nothing of it to deploy. Fetched: its HEAD is the commit that the tree names, and so on down. */
  async #compareSubmodule({ path, object }) {
    if (lstat(this.#at(`${path}/.git`)) === void 0) return;
    const submodule = this.#repository.below(printable(path));
    const head = await submodule.readHead();
    if (head === object) await new _Comparison(submodule, this.#tally, `${this.#prefix}${path}/`).compare(object);
    else this.#differs(path, `is the submodule at ${head}`);
  }
  #compareEntry(entry, indexed) {
    const stat = this.#folders.has(entry.path) ? lstat(this.#at(entry.path)) : void 0;
    const how = stat === void 0 ? "is missing" : this.#compareContent(entry, stat);
    if (stat === void 0 && indexed?.skipWorktree === true) this.#tally.leftOut += 1;
    else if (how !== void 0) this.#differs(entry.path, how);
  }
  #compareContent({ path, mode, object }, stat) {
    if (stat.isSymbolicLink()) {
      const same = mode === "120000" && nameBlob((0, import_node_fs2.readlinkSync)(this.#at(path), "buffer"), hashOfName(object)) === object;
      return same ? void 0 : "is another symbolic link";
    }
    if (!stat.isFile() || mode === "120000" && posix) return "is another kind of file";
    const verdict = compareFile({ path: this.#at(path), size: stat.size }, object);
    if (verdict === "other") return "has other content";
    if (verdict === "unreadable") return "cannot be read";
    if (verdict === "converted to CRLF") this.#tally.crlf += 1;
    return posix && (stat.mode & 64) !== 0 !== (mode === "100755") ? "has another mode" : void 0;
  }
  #at(path) {
    return bytesOf(this.#repository.root, path);
  }
  #differs(path, how) {
    this.#tally.differences.push({ path: printable(this.#prefix + path), how });
  }
};
var bytesOf = (root, path) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, "latin1")]);
var printable = (path) => Buffer.from(path, "latin1").toString("utf8");
var lstat = (path) => (0, import_node_fs2.lstatSync)(path, { throwIfNoEntry: false });
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

// src/action/inspect-repository.ts
async function inspectRepository(root, { sha, env }) {
  try {
    return await inspect(openRepository(root, env), sha);
  } catch (fault) {
    if (!(fault instanceof GitFault)) throw fault;
    return differs(
      fault.message,
      "Run the gate where git is installed, right after actions/checkout, or give `checkout: ignore` if you mean it."
    );
  }
}
async function readCommitTree(root, { sha, env }) {
  try {
    const commit = Buffer.from(await openRepository(root, env).readCommit(sha), "latin1");
    const name = (0, import_node_crypto2.createHash)(hashOfName(sha)).update(`commit ${commit.length}\0`).update(commit).digest("hex");
    return name === sha ? /^tree ([0-9a-f]+)\n/.exec(commit.toString("latin1"))?.[1] : void 0;
  } catch (fault) {
    if (fault instanceof GitFault) return void 0;
    throw fault;
  }
}
async function inspect(repository, sha) {
  const [head, replaced] = await Promise.all([repository.readHead(), repository.hasReplaceRefs()]);
  if (head !== sha) return describeOtherHead({ head, sha, parents: await repository.readParents(head) });
  if (replaced) {
    return differs(
      "it has replace refs, which make git show other objects than the authorized ones",
      "Delete the refs below refs/replace, or check out afresh with actions/checkout."
    );
  }
  return describeDifference(await compareTree(repository, sha));
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
function describeDifference({ differences, unseen }) {
  if (differences.length === 0) return { kind: "same", unseen };
  const named = differences.slice(0, maxNamed).map(({ path, how }) => `${JSON.stringify(path)} ${how}`);
  const more = differences.length > maxNamed ? `, and ${differences.length - maxNamed} more` : "";
  return differs(
    `${differences.length === 1 ? "a tracked file differs" : `${differences.length} tracked files differ`}: ${named.join(", ")}${more}`,
    "Run the gate right after actions/checkout, before any step that changes tracked files (a build that writes into them, a filter such as git-crypt)."
  );
}
export {
  inspectRepository,
  readCommitTree
};
