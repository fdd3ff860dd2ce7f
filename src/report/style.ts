import {styleText} from 'node:util'

export type Style = (format: 'bold' | 'dim' | 'red' | 'yellow' | 'green', text: string) => string

/** Colours for a terminal that takes them; plain text otherwise. */
export function styler(color: boolean): Style {
  return color ? (format, text) => styleText(format, text, {validateStream: false}) : (_format, text) => text
}
