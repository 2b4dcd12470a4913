/** Where a configuration says that candles of a token are. */
export interface CandleChoice {
  symbol: string
  url: string
}

/** Reads `SYMBOL=URL`, comma separated; null where one is no such thing or a symbol comes twice. */
export function parseCandleChoices(text: string): CandleChoice[] | null {
  const parts = text.split(',').flatMap((part) => part.trim() || [])
  const choices = parts.flatMap((part) => {
    const [, symbol, url] = /^([A-Za-z0-9.]{1,16})=(https:\/\/\S+)$/.exec(part) ?? []
    return symbol !== undefined && url !== undefined && URL.canParse(url) ? [{ symbol, url }] : []
  })
  const symbols = new Set(choices.map(({ symbol }) => symbol))
  return symbols.size === parts.length ? choices : null
}
