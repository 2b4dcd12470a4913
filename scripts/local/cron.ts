import type { LocalWorker } from './worker.ts'

/**
 * The platform's cron for an accelerated chain: fires once per chain minute. Minutes that pass while a cron runs are
 * not made up for, as on the platform.
 */
export function startCron(
  worker: LocalWorker,
  chainTime: () => Promise<number>,
  speed: number,
): { stop(): Promise<void> } {
  let running = true
  let wake: () => void = () => {}
  const loop = (async () => {
    let lastMinute = -1
    while (running) {
      const now = await chainTime().catch(() => -1)
      const minute = Math.floor(now / 60)
      if (now >= 0 && minute > lastMinute) {
        lastMinute = minute
        await worker.fireCron(minute * 60).catch(() => {})
      }
      const realMilliseconds = now < 0 ? 200 : Math.max(50, ((60 - (now % 60)) * 1000) / speed)
      await new Promise<void>((resolve) => {
        wake = resolve
        setTimeout(resolve, Math.min(realMilliseconds, 1000))
      })
    }
  })()
  return {
    stop: async () => {
      running = false
      wake()
      await loop
    },
  }
}
