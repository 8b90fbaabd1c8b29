/** The part of picomatch that is used here; the package brings no types of its own. */
declare module 'picomatch' {
  interface Options {
    readonly dot: boolean
    readonly windows: boolean
    readonly nonegate: boolean
    readonly noextglob: boolean
    readonly nobrace: boolean
    readonly nobracket: boolean
    /** Of the regular expression: `s`, or `*` would stop at a line break in a name. */
    readonly flags: string
  }
  export default function picomatch(glob: string, options: Options): (path: string) => boolean
}
