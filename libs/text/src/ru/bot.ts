import type { bot as english } from '../en/bot.js';
import { plural, say } from './grammar.js';

/** What the bot says, in Russian. */
export const bot: typeof english = {
  // Длительности и размеры
  'duration-seconds': ({ seconds }) => say`${seconds} с`,
  'duration-minutes': ({ minutes }) => say`${minutes} мин`,
  'duration-hours': ({ hours }) => say`${hours} ч`,
  'duration-hours-minutes': ({ hours, minutes }) => say`${hours} ч ${minutes} мин`,
  'size-kilobytes': ({ size }) => say`${size} КБ`,
  'size-megabytes': ({ size }) => say`${size} МБ`,
  'size-gigabytes': ({ size }) => say`${size} ГБ`,

  // Первые слова
  start:
    '<b>Пришлите голосовое сообщение — я превращу его в текст.</b>\n\nАудио, видео, видеосообщения и файлы со звуком тоже подойдут. Если говорят несколько человек, я покажу, кто что сказал.\n\n/settings — язык, модель, спикеры\n/help — что ещё я умею',
  help: ({ size, longest }) => say`<b>Что я делаю</b>
Превращаю голосовые, аудио, видео, видеосообщения и файлы со звуком в текст с указанием, кто говорит.

<b>Как</b>
• Пришлите или перешлите запись сюда. Альбом тоже можно: у каждого файла будет свой ответ.
• В группе ответьте на запись командой /transcribe. Администраторы могут включить расшифровку всех голосовых: /settings.
• Под результатом есть кнопки: файлы (SRT, VTT, TXT, JSON, DOCX), другое число спикеров, имена, другой язык, перевод на английский, удаление.

<b>Ограничения</b>
Файлы до ${size}${longest === 'none' ? '' : say`, записи до ${longest}`}.

/status — мои записи в работе
/cancel — остановить их
/language, /model, /settings — как расшифровывать
/stats — сколько я расшифровал для вас
/privacy — что и как долго хранится
/delete_my_data — забыть меня`,
  privacy: ({ keep, ttl }) => say`<b>Что хранится</b>
• Запись — пока не доставлен её текст${keep === 'none' ? '' : say`, но не дольше ${keep}`}. Текст, его название и имена спикеров, чтобы работали кнопки, — ${ttl}.
• Сведения о записи (когда пришла, длительность, чем закончилась обработка, ваш ID в Telegram), сколько секунд расшифровано и ваши настройки — пока вы не отправите /delete_my_data.
• Номера полученных и отправленных сообщений, без их текста, — 30 дней.

<b>Что можно удалить</b>
• Кнопка «Удалить» под результатом: запись, её текст и название удаляются сразу, статистика о ней — в течение нескольких минут.
• /delete_my_data: всё перечисленное. Остаются только ваш расход за сегодня — под хешем, до полуночи по UTC; решения владельца бота о вас (разрешено, заблокировано, ограничено) и общие суммы, по которым никого не узнать. Сообщения в этом чате останутся, пока вы их не удалите.
• Следы в файлах самих баз данных со временем перезаписываются; в резервных копиях владельца бота остаётся то, что в них попало.

Записи распознаются на собственных машинах этого бота и никому не передаются.`,

  // Команды в меню Telegram
  'command-start': 'Начать',
  'command-help': 'Что я умею',
  'command-settings': 'Язык, модель, спикеры, формат',
  'command-language': 'Язык записей',
  'command-model': 'Модель распознавания',
  'command-status': 'Мои записи в работе',
  'command-cancel': 'Остановить мои записи',
  'command-stats': 'Сколько расшифровано для меня',
  'command-privacy': 'Что хранится',
  'command-delete_my_data': 'Забыть меня',
  'command-transcribe': 'Расшифровать запись, на которую я отвечаю',

  // Сообщение о ходе работы
  'status-accepted': '⏳ Принято',
  'status-queued': '⏳ В очереди',
  'status-queued-place': ({ ahead }) => say`⏳ В очереди, впереди ${plural(ahead, 'запись', 'записи', 'записей')}`,
  'status-left': ({ time }) => say`примерно ${time}`,
  'status-downloading': '⬇️ Скачиваю',
  'status-waiting': '⏳ Жду: часть сервиса перезапускается. Ничего не потеряно, всё продолжится само.',
  'status-prepare': '🎧 Ищу речь',
  'status-speech': '✍️ Расшифровываю',
  'status-merge': '🧩 Собираю текст',
  'status-delivering': '📨 Почти готово',
  'status-cancelling': '✖️ Останавливаю…',
  'status-cancelled': '✖️ Отменено.',
  'status-deleted': '🗑 Удалено: запись, текст и файлы.',
  'status-superseded': '☝️ Это сообщение устарело: ответ — в другом.',

  // Результат
  'result-no-speech': '🤫 В этой записи никто не говорит.',
  'result-speaker': ({ number }) => say`Спикер ${number}`,
  'result-speakers-failed': '⚠️ Не удалось разделить речь по спикерам; текст полный.',
  'result-preview': '📄 Текст длинный: здесь его начало, полностью он — в файле.',
  'result-translated': '🔤 Переведено на английский.',
  'result-cached': '♻️ Эту запись я уже расшифровывал.',
  'result-file-refused':
    '📎 В этот чат нельзя отправлять файлы. Администратор может это разрешить; потом нажмите кнопку ещё раз.',
  'result-file-title': 'расшифровка',

  // Кнопки
  'button-cancel': '✖️ Отменить',
  'button-retry': '🔁 Повторить',
  'button-speakers': '👥 Спикеры',
  'button-speakers-auto': 'Авто',
  'button-rename': '✏️ Имена',
  'button-language': '🌐 Язык',
  'button-english': '🔤 Перевести на английский',
  'button-original': '↩️ Показать на языке оригинала',
  'button-delete': '🗑 Удалить',
  'button-delete-sure': '🗑 Да, удалить',
  'button-back': '← Назад',
  'button-close': 'Закрыть',
  'button-more': 'Ещё →',
  'button-less': '← Меньше',

  // Ответы на нажатия
  'toast-cancelling': 'Останавливаю',
  'toast-retrying': 'Пробую ещё раз',
  'toast-revising': 'Делаю',
  'toast-file': 'Файл сейчас придёт',
  'toast-saved': 'Сохранено',
  'toast-deleted': 'Удалено',
  'toast-not-yours': 'Это может сделать только тот, кто запросил расшифровку, или администратор.',
  'toast-admins-only': 'Менять это могут только администраторы чата.',
  'toast-locked': 'Администраторы запретили менять настройки этого чата.',
  'toast-old': 'Кнопка устарела. Пришлите запись ещё раз.',
  'toast-forged': 'Я не знаю такой кнопки.',
  'toast-ended': 'Это уже завершено.',
  'toast-no-speakers': 'Спикеры в этой записи не определены.',
  'toast-file-expired': 'Запись больше не хранится. Пришлите её ещё раз.',
  'toast-failed': 'Не получилось. Попробуйте через минуту.',

  // Имена спикеров
  'rename-prompt': ({ speaker }) => say`Ответьте на это сообщение: как зовут говорящего <b>${speaker}</b>?`,
  'rename-placeholder': 'Имя',
  'rename-done': ({ speaker, name }) => say`<b>${speaker}</b> теперь <b>${name}</b>.`,
  'rename-bad': 'В имени должно быть от 1 до 60 знаков, в одну строку.',

  // Ошибки
  'error-no-such-file': 'Файл не дошёл. Пришлите его ещё раз.',
  'error-empty-file': 'Файл пустой.',
  'error-not-media': 'Это не аудио- и не видеофайл, который я могу открыть.',
  'error-no-audio-track': 'В этом файле нет звука.',
  'error-damaged-media': 'Файл повреждён: звук не читается.',
  'error-unsafe-media':
    'Этот файл ссылается на другие файлы или адреса. Я открываю только файлы, в которых есть сам звук.',
  'error-too-long': ({ limit }) => say`Запись слишком длинная: можно до ${limit}. Разделите её и пришлите по частям.`,
  'error-too-long-unknown': 'Запись слишком длинная. Разделите её и пришлите по частям.',
  'error-too-big': ({ limit }) =>
    say`Файл слишком большой: можно до ${limit}. Пришлите только звук, сожмите файл или разделите его на части.`,
  'error-too-big-unknown': 'Файл слишком большой. Пришлите только звук, сожмите файл или разделите его на части.',
  'error-unknown-model': 'Выбранная модель здесь не установлена. Выберите другую: /model',
  'error-damaged-model': 'Файлы выбранной модели здесь повреждены. Выберите другую: /model',
  'error-model-language': 'Выбранная модель не знает этого языка. Выберите другую: /model',
  'error-unknown-language': 'Выбранного языка я не знаю. Выберите другой: /language',
  'error-file-expired': 'В Telegram этого файла больше нет. Пришлите его ещё раз.',
  'error-cancelled': 'Отменено.',
  'error-engine-crashed': 'Распознавание прервалось. Вторая попытка часто помогает.',
  'error-engine-hung': 'Распознавание зависло. Вторая попытка часто помогает.',
  'error-engine-memory': 'Для этой записи не хватило памяти. Попробуйте позже или с моделью поменьше: /model',
  'error-time-limit':
    'Обработка заняла слишком много времени и была остановлена. Попробуйте ещё раз или с моделью поменьше: /model',
  'error-no-space': 'Сейчас нет места для новых записей. Попробуйте через несколько минут.',
  'error-internal': 'На нашей стороне что-то пошло не так. Попробуйте через минуту.',

  // Отказы
  'refuse-unsupported': 'Пришлите голосовое сообщение, аудио, видео или видеосообщение.',
  'refuse-transcribe-nothing': 'Ответьте командой /transcribe на голосовое, аудио или видео.',
  'refuse-blocked': 'Вы не можете пользоваться этим ботом.',
  'refuse-not-allowed': ({ id }) =>
    say`Этот бот доступен только по приглашению. Ваш ID для владельца бота: <code>${id}</code>`,
  'refuse-chat-not-allowed': ({ id }) =>
    say`В этом чате бот недоступен. ID чата для владельца бота: <code>${id}</code>`,
  'refuse-minutes': ({ limit, used, needed }) =>
    say`Сегодняшний лимит — ${limit}: расшифровано ${used}, в этой записи ещё ${needed}. Лимит обновится в полночь по UTC.`,
  'refuse-concurrent': ({ open }) =>
    say`У вас ${plural(open, 'запись', 'записи', 'записей')} в работе, это предел. Пришлите эту, когда одна из них будет готова, или остановите их: /cancel`,

  // Настройки
  'settings-title': '<b>Настройки</b>',
  'settings-title-chat': '<b>Настройки этого чата</b>',
  'settings-language': 'Язык записей',
  'settings-model': 'Модель',
  'settings-diarize': 'Спикеры',
  'settings-translate': 'Перевод на английский',
  'settings-format': 'Результат',
  'settings-times': 'Метки времени',
  'settings-interface': 'Язык бота',
  'settings-mode': 'Что я здесь расшифровываю',
  'settings-locked': 'Кто может менять настройки',
  'settings-quiet': 'Уведомления',
  'settings-channel': 'Посты',
  'settings-choose-language': 'На каком языке говорят?',
  'settings-choose-model': 'Какая модель? Большая реже ошибается, но работает дольше.',
  'settings-choose-format': 'В каком виде присылать текст?',
  'settings-choose-interface': 'На каком языке мне говорить?',
  'value-auto': 'автоматически',
  'value-on': 'да',
  'value-off': 'нет',
  'value-format-text': 'сообщение',
  'value-format-txt': 'файл TXT',
  'value-format-srt': 'субтитры SRT',
  'value-format-vtt': 'субтитры VTT',
  'value-format-json': 'файл JSON',
  'value-format-docx': 'файл DOCX',
  'value-interface-auto': 'как в Telegram',
  'value-mode-silent': 'только по /transcribe',
  'value-mode-all': 'все голосовые',
  'value-locked-on': 'администраторы',
  'value-locked-off': 'все',
  'value-quiet-on': 'без звука',
  'value-quiet-off': 'со звуком',
  'value-channel-reply': 'ответ под постом',
  'value-channel-edit': 'текст в пост',
  'value-channel-off': 'не трогать',

  // Ответы на команды
  'tasks-none': 'В работе ничего нет.',
  'tasks-title': '<b>В работе</b>',
  'tasks-line': ({ place, title, state }) => say`${place}. ${title} — ${state}`,
  'tasks-untitled': 'запись',
  'cancel-none': 'Останавливать нечего.',
  'cancel-done': ({ count }) => say`✖️ Остановлено: ${plural(count, 'запись', 'записи', 'записей')}.`,
  stats: ({ tasks, total, today, limit }) => say`<b>Расшифровано для вас</b>
Записей: ${tasks}
Всего: ${total}
Сегодня: ${today}${limit === 'none' ? '' : say` из ${limit}`}`,
  'forget-ask':
    'Забыть о вас всё: настройки, записи, тексты и статистику? Обработка текущих записей будет остановлена. Сообщения в этом чате останутся, пока вы их не удалите.',
  'forget-done': 'Готово. Осталось только то, что перечислено в /privacy.',
  'forget-kept': 'Хорошо, ничего не удалено.',
  'button-forget': 'Да, забыть',
  'button-keep': 'Нет',
  'admin-only': 'Эта команда доступна только владельцу бота.',
  'admin-usage': ({ command }) => say`Напишите так: <code>/${command} 123456789</code>`,
  'admin-blocked': ({ id }) => say`Заблокирован: <code>${id}</code>`,
  'admin-unblocked': ({ id }) => say`Больше не заблокирован: <code>${id}</code>`,
  'admin-allowed': ({ id }) => say`Допущен: <code>${id}</code>`,
  'admin-disallowed': ({ id }) => say`Больше не в списке допущенных: <code>${id}</code>`,
  'admin-limits': ({ minutes, concurrent, longest, allowed, blocked }) => say`<b>Ограничения</b>
Минут в день: ${minutes}
Одновременно: ${concurrent}
Самая длинная запись: ${longest}
Допущены: ${allowed}
Заблокированы: ${blocked}`,
  'value-unlimited': 'без ограничения',
};
