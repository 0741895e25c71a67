/**
 * What moves on the page: filters, the theme, copying. Without it the page is complete and readable.
 *
 * @module
 */

/** The script. */
export const SCRIPT: string = `
const search = document.querySelector('#search');
const rules = [...document.querySelectorAll('.rule')];
const filters = [...document.querySelectorAll('[data-filter]')];
const active = () => filters.filter((button) => button.getAttribute('aria-pressed') === 'true').map((button) => button.dataset.filter);
function apply() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  const wanted = active();
  let shown = 0;
  for (const rule of rules) {
    const text = rule.dataset.text;
    const fits = words.every((word) => text.includes(word)) && wanted.every((one) => rule.dataset.is.split(' ').includes(one));
    rule.hidden = !fits;
    if (fits) shown += 1;
  }
  for (const group of document.querySelectorAll('.group')) group.hidden = !group.querySelector('.rule:not([hidden])');
  document.querySelector('.empty').hidden = shown > 0;
  document.querySelector('#shown').textContent = shown + ' of ' + rules.length + ' rules';
}
search.addEventListener('input', apply);
for (const button of filters) {
  button.addEventListener('click', () => {
    button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
    apply();
  });
}
document.querySelector('#expand').addEventListener('click', () => {
  const visible = rules.filter((rule) => !rule.hidden);
  const open = visible.some((rule) => !rule.open);
  for (const rule of visible) rule.open = open;
});
document.querySelector('#theme').addEventListener('click', () => {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const now = document.documentElement.dataset.theme ?? (dark ? 'dark' : 'light');
  document.documentElement.dataset.theme = now === 'dark' ? 'light' : 'dark';
});
for (const button of document.querySelectorAll('.copy')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = 'copied';
  });
}
const target = location.hash && document.querySelector(location.hash);
if (target && target.matches('.rule')) target.open = true;
apply();
`;
