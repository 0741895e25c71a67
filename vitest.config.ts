import { defineConfig } from 'vitest/config';

const source = (file: string): string => new URL(file, import.meta.url).pathname;

/** Tests run against the sources of every package, so that a change shows at once and one copy of the core is loaded. */
export default defineConfig({
  resolve: {
    alias: [
      { find: /^@ametrine\/([a-z-]+)$/, replacement: source('packages/$1/src/index.ts') },
      { find: /^@ametrine\/core\/(spi|testing)$/, replacement: source('packages/core/src/$1/index.ts') },
      { find: '@ametrine/config/plugins', replacement: source('packages/config/src/plugins/index.ts') },
      {
        find: /^@ametrine\/store-jdbc\/(mysql|postgres|schema|sqlite)$/,
        replacement: source('packages/store-jdbc/src/$1.ts'),
      },
      {
        find: /^@ametrine\/conformance\/(vitest|jest|mocha|node-test)$/,
        replacement: source('packages/conformance/src/bindings/$1.ts'),
      },
    ],
  },
  test: {
    include: ['packages/*/{src,test}/**/*.test.ts', 'test/**/*.test.ts', 'bench/test/**/*.test.ts'],
    testTimeout: 30_000,
    reporters: ['default', './test/summary-reporter.ts'],
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
  },
});
