// What the voices say.
export const talk = [
  'I will send you the report tomorrow morning.',
  'The numbers look better than last month.',
  'We should talk to the customer about the delivery.',
  'Please bring the contract and the two invoices.',
  'The train leaves at a quarter past nine.',
  'There is enough time to have breakfast before.',
];
export const russian = [
  'Сегодня мы обсудим новый план.',
  'Мы обсудим план работы на следующий месяц.',
  'Пожалуйста, принесите все документы.',
  'После обеда будет короткий перерыв.',
];

export const errands = [
  'My sister moved to another city last summer.',
  'She works in a small hospital near the river.',
  'We visit her every second weekend.',
  'Could you call the plumber this afternoon?',
];
