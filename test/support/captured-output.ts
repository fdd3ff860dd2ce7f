import type {CommandContext} from '../../src/commands/context.ts'

/** A stdout or stderr whose text goes to `take`: no terminal, 100 columns. */
export function capturedOutput(take: (text: string) => void): CommandContext['stdout'] {
  return {
    write: text => {
      take(text)
      return Promise.resolve()
    },
    isTTY: false,
    columns: 100,
  }
}
