import pc from 'picocolors'

/** Where progress goes: one line per stage, on standard output or, beside --json, on standard error. */
export interface Progress {
  /** `stage` in a column of its own, then what happened. */
  stage(stage: string, text: string): void
  line(text?: string): void
  heading(text: string): void
}

export function progressTo(stream: NodeJS.WritableStream): Progress {
  const colours = pc.createColors(pc.isColorSupported && 'isTTY' in stream && stream.isTTY === true)
  const write = (text: string): void => {
    stream.write(`${text}\n`)
  }
  return {
    stage: (stage, text) => write(`  ${colours.dim(stage.padEnd(10))} ${text}`),
    line: (text = '') => write(text),
    heading: (text) => write(`\n${colours.bold(text)}`),
  }
}
