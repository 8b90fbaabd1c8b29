import {
  Context,
  GitHub,
  getOctokitOptions
} from "./chunk-HDKZDSS4.js";
import "./chunk-MCHKQRHJ.js";
import "./chunk-XJKJU5BN.js";
import "./chunk-G3BBJ62J.js";
import "./chunk-VOEMSLEO.js";

// node_modules/@actions/github/lib/github.js
var context = new Context();
function getOctokit(token, options, ...additionalPlugins) {
  const GitHubWithPlugins = GitHub.plugin(...additionalPlugins);
  return new GitHubWithPlugins(getOctokitOptions(token, options));
}
export {
  context,
  getOctokit
};
