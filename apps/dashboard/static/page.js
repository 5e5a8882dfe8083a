// On every page: what forms and live parts gain where scripts run. Without scripts all of it works by buttons and reloads.
document.documentElement.classList.add('scripted');

for (const form of document.querySelectorAll('form[data-autosubmit]')) {
  form.addEventListener('change', () => form.requestSubmit());
}

// A second press must not post twice.
document.addEventListener('submit', (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || event.target.method !== 'post') return;
  setTimeout(() => {
    if (button instanceof HTMLButtonElement) button.disabled = true;
  });
});
// Back from the page that followed: the buttons work again.
addEventListener('pageshow', () => {
  for (const button of document.querySelectorAll('button:disabled')) button.disabled = false;
});

// Live parts: the server sends each as HTML it has escaped, named by the id of what it replaces.
const root = document.querySelector('[data-live]');
if (root) {
  const source = new EventSource(root.dataset.live);
  source.addEventListener('part', (event) => {
    const { id, html } = JSON.parse(event.data);
    const part = document.getElementById(id);
    // An element in use right now is left alone.
    if (part && !part.contains(document.activeElement)) part.innerHTML = html;
  });
  source.addEventListener('reload', () => {
    source.close();
    // Not while the user types or chooses; a form that was sent comes back to a fresh page anyway.
    if (!document.activeElement?.matches('form[method=post] :is(textarea, input, select)')) location.reload();
  });
  addEventListener('pagehide', () => source.close());
  // A reload must not cut off the answer to a form that is on its way.
  document.addEventListener('submit', () => source.close());
}
