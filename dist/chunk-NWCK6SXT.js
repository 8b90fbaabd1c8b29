import {createRequire as createRequireOfDist} from 'node:module'
const require = createRequireOfDist(import.meta.url)

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
  faultMember,
  faultCode,
  faultChain
};
