// Drag and drop, and how far the upload is. Without it the form posts by itself.
const form = document.querySelector('form[data-upload]');
if (form) {
  const drop = form.querySelector('.drop');
  const input = form.querySelector('input[type=file]');
  const bar = form.querySelector('progress');
  const status = form.querySelector('[role=status]');
  const chosen = form.querySelector('[data-chosen]');
  const show = () => {
    chosen.textContent = input.files[0]?.name ?? '';
  };
  input.addEventListener('change', show);
  for (const name of ['dragenter', 'dragover']) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add('over');
    });
  }
  for (const name of ['dragleave', 'drop']) drop.addEventListener(name, () => drop.classList.remove('over'));
  drop.addEventListener('drop', (event) => {
    event.preventDefault();
    if (event.dataTransfer.files.length === 0) return;
    input.files = event.dataTransfer.files;
    show();
  });

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    request.open('POST', form.action);
    request.setRequestHeader('accept', 'application/json');
    request.upload.addEventListener('progress', ({ loaded, total }) => {
      bar.value = (100 * loaded) / total;
    });
    const failed = (text) => {
      bar.hidden = true;
      status.textContent = text;
      status.classList.add('error');
      for (const button of form.querySelectorAll('button')) button.disabled = false;
    };
    request.addEventListener('load', () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {}
      if (answer.page) location.assign(answer.page);
      else failed(answer.error ?? form.dataset.broken);
    });
    request.addEventListener('error', () => failed(form.dataset.broken));
    bar.hidden = false;
    status.classList.remove('error');
    status.textContent = form.dataset.sending;
    for (const button of form.querySelectorAll('button')) button.disabled = true;
    request.send(new FormData(form));
  });
}
