import {
  GitHub,
  context,
  defaults,
  getOctokitOptions,
  getUserAgentWithOrchestrationId
} from "./chunk-HDKZDSS4.js";
import "./chunk-MCHKQRHJ.js";
import "./chunk-XJKJU5BN.js";
import "./chunk-G3BBJ62J.js";
import "./chunk-VOEMSLEO.js";
export {
  GitHub,
  context,
  defaults,
  getOctokitOptions,
  getUserAgentWithOrchestrationId
};
