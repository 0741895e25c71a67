// Biome formats and lints. ESLint is here for what needs types (a promise nobody waits for is *the* bug of a
// scheduler) and for two rules of this house that no linter knows.
import tseslint from 'typescript-eslint';

const sleeping =
  'Wait for the condition itself (an event, a promise, a ManualClock), never for time to pass.';
const wallClock = 'A store takes `now` from its caller and never reads the wall clock.';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/coverage/**',
      '**/generated/**',
      'packages/conformance/template/**',
    ],
  },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{ts,js,mjs}'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: './tsconfig.check.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
    },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'NewExpression[callee.name="Promise"] CallExpression[callee.name="setTimeout"]',
          message: sleeping,
        },
        { selector: 'ImportDeclaration[source.value=/^(node:)?timers\\u002Fpromises$/]', message: sleeping },
      ],
    },
  },
  {
    files: ['packages/core/src/spi/**/*.ts', 'packages/store-*/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.object.name="Date"][callee.property.name="now"]',
          message: wallClock,
        },
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: wallClock },
      ],
    },
  },
);
