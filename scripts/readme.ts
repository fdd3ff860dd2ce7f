import {exitCodes} from '../src/model/exit-code.ts'

const begin = '<!-- exit codes: made from src/model/exit-code.ts -->'

/** The README with its table of exit codes as the code has it. */
export function withExitCodes(readme: string): string {
  const rows = exitCodes.map(({code, means, retryHelps}) => `| ${code} | ${means} | ${retryHelps} |`)
  const table = ['| code | means | retry helps |', '|---|---|---|', ...rows].join('\n')
  const [before, after = ''] = readme.split(begin)
  return `${before}${begin}\n${table}\n${after.replace(/^\n(?:\|.*\n)*/, '')}`
}
