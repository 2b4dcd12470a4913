/** Length of a bar, seconds. */
export const barSeconds = 300

/** The windows that forecasts look at, in bars: ten minutes, half an hour, one hour, six, a day and a week. */
export const windowBars = [2, 6, 12, 72, 288, 2016] as const
export type WindowBars = (typeof windowBars)[number]
