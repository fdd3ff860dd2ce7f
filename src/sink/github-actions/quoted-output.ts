import {workflowCommand} from './workflow-command.ts'

/** Where lines are written. */
export type Lines = {readonly write: (text: string) => Promise<void>}

/**
 * An output on which no text is a workflow command: what is written in one go stands between `stop-commands` and its
 * end. Each time with a new token, since the one before can be read in the log.
 */
export function quotedOutput(output: Lines, newToken: () => string): Lines {
  let isOpen = false
  return {
    write(text) {
      if (!isOpen) open()
      return output.write(text)
    },
  }

  function open(): void {
    const token = newToken()
    isOpen = true
    void output.write(workflowCommand('stop-commands', {}, token))
    queueMicrotask(() => {
      isOpen = false
      void output.write(workflowCommand(token, {}, ''))
    })
  }
}
