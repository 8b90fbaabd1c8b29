import {createRequire as createRequireOfDist} from 'node:module'
const require = createRequireOfDist(import.meta.url)
import {
  Context,
  GitHub,
  getOctokitOptions
} from "./chunk-5GC6UMP3.js";
import "./chunk-MHDDEXHX.js";
import "./chunk-74YONIZH.js";

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
