import { SingleBar } from 'cli-progress'

/** Progress on standard error: a bar on a terminal, a line every few seconds elsewhere. */
export function progressBar(what: string): { update: (done: number, all: number) => void; stop: () => void } {
  const bar = new SingleBar({
    format: `  {bar} {value} of {total} ${what}, {eta_formatted} left`,
    stream: process.stderr,
    noTTYOutput: true,
    notTTYSchedule: 5_000,
    hideCursor: true,
  })
  let started = false
  return {
    update: (done, all) => {
      if (!started) bar.start(all, 0)
      started = true
      bar.update(done)
    },
    stop: () => {
      if (started) bar.stop()
    },
  }
}
