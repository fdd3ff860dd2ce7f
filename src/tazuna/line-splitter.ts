/** Cuts pieces of text into lines. A trailing CR is dropped; what follows the last newline waits for the next piece. */
export type LineSplitter = {
  write(text: string, take: (line: string) => void): void
  /** The unfinished last line. */
  rest(): string
  /** Complete lines so far: while `take` runs, the number of the line it got. */
  count(): number
}

export function lineSplitter(): LineSplitter {
  let rest = ''
  let count = 0
  return {
    write(text, take) {
      let start = 0
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
        let line = text.slice(start, end)
        if (rest !== '') {
          line = rest + line
          rest = ''
        }
        start = end + 1
        count += 1
        take(line.charCodeAt(line.length - 1) === 13 ? line.slice(0, -1) : line)
      }
      rest += text.slice(start)
    },
    rest: () => rest,
    count: () => count,
  }
}
