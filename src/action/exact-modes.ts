/** Modes as old tools wrote them into trees, such as 100664: git shows them as the ones that it writes itself, which makes other names. */
import type {GitRepository} from './git.ts'
import {type TreeEntry, type TreeNames, isFolder} from './tree-name.ts'

/** What is listed, with the modes that stand in the trees themselves. A hint like the list: the root decides. */
export async function withExactModes(
  repository: GitRepository,
  listed: readonly TreeEntry[],
  {tree, names}: {readonly tree: string; readonly names: TreeNames},
): Promise<readonly TreeEntry[]> {
  const folders = [{path: '', object: tree}, ...listed.filter(({mode}) => isFolder(mode))]
  const doubtful = folders.filter(({path, object}) => names.get(path) !== object)
  const contents = await repository.readTreeObjects(doubtful.map(({object}) => object))
  const modes = new Map(doubtful.flatMap(({path, object}) => readModes(path, object, contents.get(object) ?? '')))
  return listed.map((entry) => ({...entry, mode: modes.get(entry.path) ?? entry.mode}))
}

function readModes(folder: string, object: string, content: string): readonly (readonly [string, string])[] {
  const entry = new RegExp(`([0-7]+) ([^\\0]+)\\0[^]{${object.length / 2}}`, 'gy')
  return [...content.matchAll(entry)].map(([, mode = '', name = '']) => [
    folder === '' ? name : `${folder}/${name}`,
    mode,
  ])
}
