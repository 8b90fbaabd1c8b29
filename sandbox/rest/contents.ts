/** `/repos/{owner}/{repo}/contents/{path}`: files, folders and symbolic links, which GitHub follows in silence. */

import {posix} from 'node:path'

import {Hono} from 'hono'

import {readBlob, readTree} from '../git/history.ts'
import type {TreeEntry} from '../git/trees.ts'
import {apiAddress, webAddress} from '../present/repositories.ts'
import type {Repository} from '../state.ts'
import type {World} from '../world.ts'
import {needs, reads} from './actor.ts'
import {type Ctx, type Env, notFound, refuse} from './answers.ts'

/** Beyond this size a file comes without content, and with `encoding: none`. */
const largestFile = 1024 * 1024

export function contentRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  const read = needs(world, reads('contents'))
  app.get('/contents', read, (c) => contents(world, c))
  app.get('/contents/:path{.+}', read, (c) => contents(world, c))
  return app
}

interface Place {
  readonly repository: Repository
  readonly ref: string
  readonly entries: readonly TreeEntry[]
}

async function contents(world: World, c: Ctx): Promise<Response> {
  const repository = c.get('repository')
  const ref = c.req.query('ref') ?? repository.defaultBranch
  const sha = await repository.git.resolve(ref)
  if (sha === undefined) return refuse(c, 404, `No commit found for the ref ${ref}`)
  const place: Place = {repository, ref, entries: readTree(repository.git, sha, true) ?? []}
  const path = (c.req.param('path') ?? '').replace(/\/+$/, '')
  const entry = place.entries.find((candidate) => candidate.path === path)
  if (path === '' || entry?.type === 'tree') return c.json(listFolder(world, place, path))
  if (!entry) return notFound(c)
  if (entry.mode === '120000') return answerLink(world, c, {place, entry})
  return answerFile(world, c, {place, entry, shownAs: entry.path})
}

function listFolder(world: World, place: Place, folder: string) {
  return place.entries
    .filter(({path}) => posix.dirname(path) === (folder === '' ? '.' : folder))
    .map((entry) => ({...describe(world, place, entry), type: kindOf(entry), size: entry.size ?? 0}))
}

function kindOf(entry: TreeEntry): 'dir' | 'file' | 'submodule' | 'symlink' {
  if (entry.type === 'tree') return 'dir'
  if (entry.type === 'commit') return 'submodule'
  return entry.mode === '120000' ? 'symlink' : 'file'
}

/** A link to a file of the repository is answered with that file's content, under the link's own name. */
function answerLink(world: World, c: Ctx, found: {readonly place: Place; readonly entry: TreeEntry}): Response {
  const {place, entry} = found
  const target = readBlob(place.repository.git, entry.sha).toString()
  const path = posix.normalize(posix.join(posix.dirname(entry.path), target))
  const file = place.entries.find((candidate) => candidate.path === path && candidate.type === 'blob')
  if (file) return answerFile(world, c, {place, entry: file, shownAs: entry.path})
  return c.json({...describe(world, place, entry), type: 'symlink', size: entry.size ?? 0, target})
}

interface FoundFile {
  readonly place: Place
  readonly entry: TreeEntry
  readonly shownAs: string
}

function answerFile(world: World, c: Ctx, {place, entry, shownAs}: FoundFile): Response {
  const bytes = readBlob(place.repository.git, entry.sha)
  if (/application\/vnd\.github\.(v3\.)?raw/.test(c.req.header('accept') ?? ''))
    return c.body(new Uint8Array(bytes), 200, {'content-type': 'application/vnd.github.raw+json; charset=utf-8'})
  const large = bytes.length > largestFile
  return c.json({
    ...describe(world, place, {...entry, path: shownAs}),
    type: 'file',
    size: bytes.length,
    encoding: large ? 'none' : 'base64',
    content: large ? '' : bytes.toString('base64').replaceAll(/.{1,60}/g, '$&\n'),
  })
}

function describe(world: World, {repository, ref}: Place, entry: TreeEntry) {
  const path = entry.path.split('/').map(encodeURIComponent).join('/')
  const self = `${apiAddress(world, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`
  const kind = entry.type === 'tree' ? 'tree' : 'blob'
  const gitAddress = `${apiAddress(world, repository)}/git/${kind}s/${entry.sha}`
  const html = `${webAddress(world, repository)}/${kind}/${ref}/${path}`
  return {
    name: posix.basename(entry.path),
    path: entry.path,
    sha: entry.sha,
    url: self,
    html_url: html,
    git_url: gitAddress,
    download_url: entry.type === 'tree' ? null : `${webAddress(world, repository)}/raw/${ref}/${path}`,
    _links: {self, git: gitAddress, html},
  }
}
