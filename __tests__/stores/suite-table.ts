/** What an engine promises, tested over its port alone: each engine is put through the same sentences. */
import {expect, test} from '@jest/globals'
import type {Condition, Item, Key, Query, Table, Write} from '../../issuer/store/table.ts'

const keyOf = (name: string, sk = '-'): Key => ({pk: `body#${name}`, sk})
const size = (item: Item): unknown => item['size']

/** Which conditions hold of the item `{size: 5, hash: 'a'}`, and whether of none. */
const conditions: readonly (readonly [
  says: string,
  when: Condition,
  holds: {readonly ofThis: boolean; readonly ofNone: boolean},
])[] = [
  ['absent', {absent: true}, {ofThis: false, ofNone: true}],
  ['present', {present: true}, {ofThis: true, ofNone: false}],
  ['a text that equals', {equals: {hash: 'a'}}, {ofThis: true, ofNone: false}],
  ['a text that does not', {equals: {hash: 'b'}}, {ofThis: false, ofNone: false}],
  ['a number that equals', {equals: {size: 5}}, {ofThis: true, ofNone: false}],
  ['the number as a text', {equals: {size: '5'}}, {ofThis: false, ofNone: false}],
  ['one of two that does not', {equals: {hash: 'a', size: 6}}, {ofThis: false, ofNone: false}],
  ['an attribute that it lacks', {equals: {hash: 'a', kind: undefined}}, {ofThis: true, ofNone: false}],
  ['an attribute that it should lack', {equals: {hash: 'a', size: undefined}}, {ofThis: false, ofNone: false}],
  ['at most the same', {atMost: {size: 5}}, {ofThis: true, ofNone: false}],
  ['at most less', {atMost: {size: 4}}, {ofThis: false, ofNone: false}],
  ['above less', {above: {size: 4}}, {ofThis: true, ofNone: false}],
  ['above the same', {above: {size: 5}}, {ofThis: false, ofNone: false}],
  ['above, of an attribute that it lacks', {above: {length: 0}}, {ofThis: false, ofNone: false}],
  ['any of two, the second', {anyOf: [{absent: true}, {atMost: {size: 5}}]}, {ofThis: true, ofNone: true}],
  ['any of two, neither', {anyOf: [{equals: {hash: 'b'}}, {above: {size: 5}}]}, {ofThis: false, ofNone: false}],
]

export function describeTable(openTable: () => Promise<Table>): void {
  const filled = async (...items: readonly (Key & Item)[]): Promise<Table> => {
    const table = await openTable()
    expect(await table.write(items.map((put) => ({put})))).toBe('written')
    return table
  }

  test.each(conditions)('writes under the condition: %s', async (_, when, {ofThis, ofNone}) => {
    const item = {...keyOf('there'), size: 5, hash: 'a'}
    const table = await filled(item)
    const outcome = (isWritten: boolean): string => (isWritten ? 'written' : 'refused')
    const over = {...keyOf('there'), size: 7}
    const fresh = {...keyOf('fresh'), size: 7}
    expect(await table.write([{put: fresh, when}])).toBe(outcome(ofNone))
    expect(await table.write([{put: over, when}])).toBe(outcome(ofThis))
    expect(await table.getAll([fresh, over])).toEqual([ofNone ? fresh : undefined, ofThis ? over : item])
  })

  test('writes all or nothing: one condition that does not hold stops the rest, whatever its place', async () => {
    const [item, other] = [
      {...keyOf('there'), size: 5},
      {...keyOf('other'), size: 5},
    ]
    const table = await filled(item, other)
    const refused: Write = {put: {...keyOf('there'), size: 6}, when: {absent: true}}
    const others: readonly Write[] = [{put: {...keyOf('new'), size: 1}}, {update: keyOf('other'), set: {size: 6}}]
    const gone: Write = {delete: keyOf('gone'), when: {present: true}}
    const orders: readonly (readonly Write[])[] = [
      [refused, ...others],
      [...others, refused],
      [...others, gone],
    ]
    for (const writes of orders) {
      expect(await table.write(writes)).toBe('refused')
      expect(await table.getAll([item, other, keyOf('new')])).toEqual([item, other, undefined])
    }
  })

  test('a put takes the place of all that was there, an update of what it names', async () => {
    const table = await filled(
      {...keyOf('a'), size: 5, hash: 'a', body: 'text'},
      {...keyOf('b'), size: 5, hash: 'a', outbox: 'x'},
    )
    await table.write([
      {put: {...keyOf('a'), size: 6}},
      {update: keyOf('b'), set: {size: 6, body: 'text'}, remove: 'outbox'},
    ])
    const [a, b] = await table.getAll([keyOf('a'), keyOf('b')])
    expect([a, b]).toEqual([
      {...keyOf('a'), size: 6},
      {...keyOf('b'), size: 6, hash: 'a', body: 'text'},
    ])
    await table.write([
      {update: keyOf('b'), set: {size: 7, hash: undefined}},
      {update: keyOf('c'), set: {size: 8}},
    ])
    expect(await table.getAll([keyOf('b'), keyOf('c')])).toEqual([
      {...keyOf('b'), size: 7, hash: 'a', body: 'text'},
      {...keyOf('c'), size: 8},
    ])
    expect(await table.write([{delete: keyOf('a')}])).toBe('written')
    expect(await table.get(keyOf('a'))).toBeUndefined()
  })

  test('gives texts and numbers back as they were, and does not write what is undefined', async () => {
    const item = {
      ...keyOf('a'),
      text: '{"a":"ü\\n😀"}',
      entry: '{"b":"\\""}',
      empty: '',
      zero: 0,
      large: 2 ** 53 - 1,
      seq: 7,
    }
    const table = await filled({...item, absent: undefined, receipt: undefined})
    const read = await table.get(keyOf('a'))
    expect(read).toEqual(item)
    expect(Object.keys(read ?? {}).sort()).toEqual(Object.keys(item).sort())
  })

  test('gives several in the order of the keys, one asked twice twice, and what is not there as undefined', async () => {
    const [a, b] = [
      {...keyOf('a'), size: 1},
      {...keyOf('b'), size: 2},
    ]
    const table = await filled(a, b)
    expect(await table.getAll([keyOf('b'), keyOf('c'), keyOf('a'), keyOf('b')])).toEqual([b, undefined, a, b])
  })

  test('keeps bodies with what names them, and one that is there already as it is', async () => {
    const table = await filled({...keyOf('known'), body: 'known'})
    const bodies = [
      {...keyOf('new'), body: 'new'},
      {...keyOf('known'), body: 'known'},
    ]
    expect(await table.write([{put: {...keyOf('a'), size: 1}}], bodies)).toBe('written')
    expect(await table.getAll(bodies)).toEqual(bodies)
  })

  const range: readonly (readonly [string, Query['range'], readonly number[]])[] = [
    ['none', undefined, [1, 2, 3, 10]],
    ['below', {below: '03'}, [1, 2]],
    ['up to', {upTo: '03'}, [1, 2, 3]],
    ['from', {from: '03'}, [3, 10]],
    ['that it starts with', {startsWith: '0'}, [1, 2, 3]],
  ]
  test.each(range)('asks for a range: %s', async (_, of, found) => {
    const table = await filled(...[10, 2, 1, 3].map((n) => ({...keyOf('many', String(n).padStart(2, '0')), size: n})), {
      ...keyOf('many#other', '01'),
      size: 99,
    })
    const ask = async (more: Partial<Query>) => (await table.query({hash: 'body#many', range: of, ...more})).map(size)
    expect(await ask({})).toEqual(found)
    expect(await ask({newestFirst: true})).toEqual([...found].reverse())
    expect(await ask({atMost: 2})).toEqual(found.slice(0, 2))
    const even = found.filter((n) => n % 2 === 0)
    expect(await ask({atMost: 1, takes: (item) => Number(size(item)) % 2 === 0})).toEqual(even.slice(0, 1))
  })

  test('finds in an index what has its attributes, by its number, and no longer what lost them', async () => {
    const waiting = [300, 20, 100].map((at) => ({
      ...keyOf(`at ${at}`),
      outbox: 'waiting',
      dueAt: at,
      kind: String(at),
    }))
    const table = await filled(
      ...waiting,
      {...keyOf('elsewhere'), outbox: 'panels', dueAt: 1},
      {...keyOf('none'), dueAt: 1},
    )
    const ask = async (of: Query['range']) =>
      (await table.query({index: 'outbox', hash: 'waiting', range: of})).map((item) => item['kind'])
    expect(await ask(undefined)).toEqual(['20', '100', '300'])
    expect(await ask({below: 100})).toEqual(['20'])
    expect(await ask({upTo: 100})).toEqual(['20', '100'])
    await table.write([{update: keyOf('at 20'), set: {}, remove: 'outbox'}])
    expect(await ask(undefined)).toEqual(['100', '300'])
  })
}
