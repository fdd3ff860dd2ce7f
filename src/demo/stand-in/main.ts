import {processOutput} from './output.ts'
import {runStandIn} from './run.ts'

/**
 * Stands in for the `tazuna` executable: `node main.ts ARGS`. It prints what tazuna prints, byte for byte, and can
 * be told to misbehave; knobs.ts lists how.
 */
void runStandIn({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  pid: process.pid,
  output: processOutput(),
  signals: {
    on: (name, handler) => {
      process.on(name, handler)
    },
    die: name => {
      process.removeAllListeners(name)
      process.kill(process.pid, name)
    },
  },
  now: () => new Date(),
}).then(exitCode => process.exit(exitCode))
