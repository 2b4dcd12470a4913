/** The text of an answer; null for one that is too long: a worker's memory is small, and an answer need not end. */
export async function boundedText(response: Response, longest: number): Promise<string | null> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    text += decoder.decode(value, { stream: true })
    if (text.length > longest) {
      await reader.cancel()
      return null
    }
  }
}
