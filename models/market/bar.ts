/** Five minutes of one market. Prices are of one unit of the base asset; `volume` is in units of the base asset, null if unknown. */
export interface Bar {
  /** Start of the bar, seconds since epoch, a multiple of 300: the bar is known 300 seconds later. */
  openTime: number
  open: number
  /** Null where the source has only one price per bar. */
  high: number | null
  low: number | null
  close: number
  volume: number | null
}
