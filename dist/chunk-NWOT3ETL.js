import {
  __commonJS
} from "./chunk-VOEMSLEO.js";

// builtin:path
var require_path = __commonJS({
  "builtin:path"(exports, module) {
    module.exports = process.getBuiltinModule("node:path");
  }
});

// builtin:crypto
var require_crypto = __commonJS({
  "builtin:crypto"(exports, module) {
    module.exports = process.getBuiltinModule("node:crypto");
  }
});

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

export {
  require_crypto,
  require_path,
  faultMember,
  faultCode,
  faultChain
};
