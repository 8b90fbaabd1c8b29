/** Where an Action of the repository may be described: `uses: ./deploy` is deploy/action.yml. */
export function actionFiles(uses: string): readonly string[] {
  const folder = uses.replace(/^\.\//, '').replace(/\/+$/, '')
  return ['action.yml', 'action.yaml'].map((name) => (folder === '' || folder === '.' ? name : `${folder}/${name}`))
}
