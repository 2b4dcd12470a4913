import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: './workers/database/schema.ts',
  out: './workers/database/migrations',
})
