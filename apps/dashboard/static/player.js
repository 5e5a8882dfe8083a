// The player follows the words: the one being said is marked, a press on a word plays from there.
const audio = document.querySelector('.player audio');
if (audio) {
  // Each paragraph names its words' starts and lengths; they become elements here, not on the wire.
  const words = [];
  const starts = [];
  for (const paragraph of document.querySelectorAll('.turn-text[data-times]')) {
    const text = paragraph.textContent;
    const pieces = [];
    let at = 0;
    for (const pair of paragraph.dataset.times.split(' ').filter(Boolean)) {
      const [start, length] = pair.split(',').map(Number);
      const from = at + (/^\s*/.exec(text.slice(at))?.[0].length ?? 0);
      const word = document.createElement('span');
      word.dataset.start = start / 100;
      word.textContent = text.slice(from, from + length);
      pieces.push(text.slice(at, from), word);
      words.push(word);
      starts.push(start / 100);
      at = from + length;
    }
    pieces.push(text.slice(at));
    paragraph.replaceChildren(...pieces);
  }

  let marked = -1;
  // The last word that starts at or before the time.
  const find = (time) => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  const mark = () => {
    const now = find(audio.currentTime);
    if (now === marked) return;
    words[marked]?.classList.remove('now');
    words[now]?.classList.add('now');
    marked = now;
    const box = words[now]?.getBoundingClientRect();
    if (box && !audio.paused && (box.top < 80 || box.bottom > innerHeight - 40)) {
      words[now].scrollIntoView({ block: 'center' });
    }
  };
  const follow = () => {
    mark();
    if (!audio.paused) requestAnimationFrame(follow);
  };
  audio.addEventListener('play', follow);
  audio.addEventListener('seeked', mark);
  audio.addEventListener('timeupdate', mark);
  document.addEventListener('click', (event) => {
    const target = event.target.closest?.('[data-start]');
    if (!target) return;
    audio.currentTime = Number(target.dataset.start);
    // Pressing pause before it has begun is no fault.
    audio.play().catch(() => undefined);
  });
}
