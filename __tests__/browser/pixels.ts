/** Pictures as pixels: the browser decodes them, and tells each pixel's colour. */
import type {Page} from 'playwright-core'

export interface Pixels {
  readonly width: number
  readonly height: number
  /** Red, green, blue and alpha of each pixel, by rows. */
  readonly data: Uint8ClampedArray
}

/** `page` only lends its canvas: it must be one without a policy, such as about:blank. */
export async function readPixels(page: Page, png: Buffer): Promise<Pixels> {
  const {width, height, text} = await page.evaluate<{width: number; height: number; text: string}>(`(async () => {
    const image = new Image()
    image.src = 'data:image/png;base64,${png.toString('base64')}'
    await image.decode()
    const {width, height} = image
    const context = new OffscreenCanvas(width, height).getContext('2d')
    context.drawImage(image, 0, 0)
    const {data} = context.getImageData(0, 0, width, height)
    let text = ''
    for (const byte of data) text += String.fromCharCode(byte)
    return {width, height, text: btoa(text)}
  })()`)
  return {width, height, data: new Uint8ClampedArray(Buffer.from(text, 'base64'))}
}

/** `rrggbb` of the pixel at a place. */
export const colourAt = ({data, width}: Pixels, x: number, y: number): string =>
  Buffer.from(data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)).toString('hex')

/** WCAG 2.2's relative luminance of `rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [...Buffer.from(colour, 'hex')].map((byte) => {
    const part = byte / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

export function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}
