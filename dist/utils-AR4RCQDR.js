import {createRequire as createRequireOfDist} from 'node:module'
const require = createRequireOfDist(import.meta.url)
import {
  GitHub,
  context,
  defaults,
  getOctokitOptions,
  getUserAgentWithOrchestrationId
} from "./chunk-5GC6UMP3.js";
import "./chunk-MHDDEXHX.js";
import "./chunk-74YONIZH.js";
export {
  GitHub,
  context,
  defaults,
  getOctokitOptions,
  getUserAgentWithOrchestrationId
};
