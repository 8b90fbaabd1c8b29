import {
  __commonJS
} from "./chunk-VOEMSLEO.js";

// builtin:os
var require_os = __commonJS({
  "builtin:os"(exports, module) {
    module.exports = process.getBuiltinModule("node:os");
  }
});

export {
  require_os
};
