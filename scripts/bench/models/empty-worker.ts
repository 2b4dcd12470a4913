// A worker with nothing in it: what starting one costs anyway.
export default { fetch: async () => new Response('') } satisfies ExportedHandler
